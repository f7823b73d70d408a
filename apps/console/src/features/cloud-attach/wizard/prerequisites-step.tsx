import { useQuery } from '@tanstack/react-query';
import { prerequisitesQuery } from '../attach-checks-queries.ts';
import { PrerequisitesSection } from '../prerequisites-section.tsx';
import { StepFrame } from './step-frame.tsx';

/** What attaching needs, before anything is done. */
export function PrerequisitesStep({
  isAttached,
  token,
  onToken,
}: {
  isAttached: boolean;
  token: string;
  onToken: (token: string) => void;
}) {
  const { data } = useQuery(prerequisitesQuery);
  const failed = data?.filter(({ status }) => status === 'fail').length ?? 0;
  return (
    <StepFrame
      step="prerequisites"
      intro="What attaching this site needs, judged now. Paste the join token of the tenant to check everything between the two: it is looked at, and not spent."
      next={{ label: failed > 0 ? 'Next, although something failed' : 'Next' }}
    >
      <PrerequisitesSection isAttached={isAttached} token={token} onToken={onToken} />
    </StepFrame>
  );
}
