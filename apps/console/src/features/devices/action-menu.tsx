import {
  Button,
  Menu,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
} from '@fluentui/react-components';
import { MoreHorizontalRegular } from '@fluentui/react-icons';
import { ACTION_GROUPS, ACTION_TITLES, type ActionKind } from '@moorline/model';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { WithReason } from '../../ui/with-reason.tsx';
import { clientActionsQuery, whyNot } from '../actions/client-actions.ts';

/** Every action in its group; one that cannot be asked for says why. */
export function ActionMenu({
  deviceId,
  deviceName,
  onChoose,
}: {
  deviceId: string;
  deviceName: string;
  onChoose: (kind: ActionKind) => void;
}) {
  const { permissions } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [isRestarting, setRestarting] = useState(false);
  const { data: told } = useQuery({ ...clientActionsQuery(deviceId), enabled: isOpen });
  const choose = (kind: ActionKind): void => {
    if (kind === 'restart') setRestarting(true);
    else onChoose(kind);
  };
  return (
    <>
      <Menu open={isOpen} onOpenChange={(_, data) => setOpen(data.open)}>
        <MenuTrigger disableButtonEnhancement>
          <Button appearance="subtle" icon={<MoreHorizontalRegular />}>
            More actions
          </Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {ACTION_GROUPS.map(({ title, kinds }) => (
              <MenuGroup key={title}>
                <MenuGroupHeader>{title}</MenuGroupHeader>
                {kinds.map((kind) => {
                  const reason = whyNot(kind, permissions, told);
                  return (
                    <WithReason key={kind} reason={reason && visibleText(reason)}>
                      <MenuItem disabled={reason !== ''} onClick={() => choose(kind)}>
                        {ACTION_TITLES[kind]}
                      </MenuItem>
                    </WithReason>
                  );
                })}
              </MenuGroup>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      {isRestarting ? (
        <FormDialog
          title="Restart this device?"
          submitLabel="Restart"
          onSubmit={() => {
            setRestarting(false);
            onChoose('restart');
          }}
          onClose={() => setRestarting(false)}
        >
          <Text>
            {visibleText(deviceName)} restarts after the countdown of its client settings. Whoever
            is signed in there is told, and can put it off as far as the settings allow.
          </Text>
        </FormDialog>
      ) : null}
    </>
  );
}
