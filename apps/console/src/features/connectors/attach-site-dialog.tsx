import { Text } from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { attachCommand } from '../../app/commands.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { formatDateTime } from '../../ui/format.ts';
import { LifeField } from '../../ui/life-field.tsx';
import { CopyText, ShownOnce } from '../../ui/secret.tsx';

const LIVES = { 15: '15 minutes', 60: '1 hour', 480: '8 hours', 1440: '1 day' } as const;

/** Creates a join token and says what to do with it at the site. */
export function AttachSiteDialog({ onClose }: { onClose: () => void }) {
  const [life, setLife] = useState(60);
  const create = useMutation({
    mutationFn: () => client.connectors.createJoinToken({ expiresInMinutes: life }),
  });
  const made = create.data;
  if (made) {
    return (
      <FormDialog title="Attach a site" isDangerous onClose={onClose}>
        <ShownOnce what="join token" />
        <CopyText
          label="Command"
          text={attachCommand(made.token)}
          hint="Run it on the site's server, in the folder where Moorline runs."
        />
        <CopyText
          label="Join token"
          text={made.token}
          hint="Or paste it in the site's own console: Administration, Cloud attach."
        />
        <Text>
          It attaches one site, until {formatDateTime(made.expirationDateTime)}. The site then
          appears in the list of connectors.
        </Text>
      </FormDialog>
    );
  }
  return (
    <FormDialog
      title="Attach a site"
      submitLabel="Create join token"
      busy={create.isPending}
      error={create.error}
      errorTitle="The token was not created"
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Text>
        A join token tells a site where this tenant is and how to recognize it. It attaches one
        site, and you become the administrator whose actions that site accepts.
      </Text>
      <LifeField lives={LIVES} minutes={life} onChange={setLife} />
    </FormDialog>
  );
}
