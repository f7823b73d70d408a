import { NOT_KNOWN } from './format.ts';
import { visibleText } from './visible-text.ts';

/**
 * Text that a device or another authority sent. Isolated, so that bidirectional controls in it cannot
 * reorder what stands beside it; control characters are shown as what they are.
 */
export function Reported({ text }: { text: string | null | undefined }) {
  if (text === null || text === undefined || text === '') return <>{NOT_KNOWN}</>;
  return <bdi>{visibleText(text)}</bdi>;
}
