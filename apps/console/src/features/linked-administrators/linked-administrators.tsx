import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { LinkRegular } from '@fluentui/react-icons';
import type { LinkedAdministrator } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatDate, formatFullTime } from '../../ui/format.ts';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { cloudAttachQuery } from '../cloud-attach/cloud-attach-query.ts';
import { LinkDialog, UnlinkDialog } from './link-dialogs.tsx';
import { linkedAdministratorsQuery } from './linked-administrators-query.ts';

const useStyles = makeStyles({
  intro: {
    display: 'block',
    color: tokens.colorNeutralForeground2,
    marginBottom: tokens.spacingVerticalM,
  },
  commands: { display: 'flex', gap: tokens.spacingHorizontalS, justifyContent: 'flex-end' },
});

type Open =
  | { readonly kind: 'link'; readonly link?: LinkedAdministrator }
  | { readonly kind: 'unlink'; readonly link: LinkedAdministrator };

/** At an attached site: as whom the tenant's administrators act here. Nothing while the site is not attached. */
export function LinkedAdministrators() {
  const styles = useStyles();
  const attachment = useQuery(cloudAttachQuery);
  const isAttached = attachment.data?.state === 'attached';
  const links = useQuery({ ...linkedAdministratorsQuery, enabled: isAttached });
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  if (!isAttached) return null;
  return (
    <Section
      title="Linked tenant administrators"
      aside={
        <Button size="small" icon={<LinkRegular />} onClick={() => setOpen({ kind: 'link' })}>
          Link an administrator
        </Button>
      }
    >
      <Text className={styles.intro}>
        {links.data?.length === 0
          ? 'Nobody is linked: what is asked for in the tenant is refused here.'
          : 'What they ask for in the tenant is done here with the rights of the account beside them.'}
      </Text>
      {links.isPending ? <Loading label="Reading links" /> : null}
      {links.error ? (
        <ErrorNotice
          error={links.error}
          title="The links could not be read"
          onRetry={() => void links.refetch()}
        />
      ) : null}
      {links.data && links.data.length > 0 ? (
        <RecordTable
          isBare
          label="Linked tenant administrators"
          records={links.data}
          keyOf={(link) => link.tenantUserId}
          columns={[
            {
              id: 'tenant',
              title: 'In the tenant',
              cell: (link) => (
                <span title={link.tenantUserId}>
                  <Reported text={link.tenantUserName} />
                </span>
              ),
            },
            {
              id: 'local',
              title: 'Acts here as',
              cell: (link) => <Reported text={link.localUserName} />,
            },
            {
              id: 'linked',
              title: 'Linked',
              isShort: true,
              cell: (link) => (
                <span title={formatFullTime(link.linkedDateTime)}>
                  {formatDate(link.linkedDateTime)}
                </span>
              ),
            },
            {
              id: 'commands',
              title: <span style={{ visibility: 'hidden' }}>Commands</span>,
              isNumber: true,
              cell: (link) => (
                <span className={styles.commands}>
                  <Button
                    size="small"
                    onClick={() => setOpen({ kind: 'link', link })}
                    aria-label={`Change the account of ${link.tenantUserName}`}
                  >
                    Change
                  </Button>
                  <Button
                    size="small"
                    onClick={() => setOpen({ kind: 'unlink', link })}
                    aria-label={`Unlink ${link.tenantUserName}`}
                  >
                    Unlink
                  </Button>
                </span>
              ),
            },
          ]}
        />
      ) : null}
      {open?.kind === 'link' ? <LinkDialog link={open.link} onClose={close} /> : null}
      {open?.kind === 'unlink' ? <UnlinkDialog link={open.link} onClose={close} /> : null}
    </Section>
  );
}
