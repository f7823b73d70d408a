import type { CheckJoinTokenAnswer, Invitation } from '@moorline/contracts/federation';
import type { Actor } from '@moorline/model';
import type { IdleState } from '../endpoints/idle-check.ts';
import type { Survey } from '../endpoints/survey.ts';
import type { AttachmentRow, LinkRow } from '../tables.ts';

/** Everything that the prerequisites are judged by, gathered at one time. */
export interface Facts {
  readonly now: number;
  readonly siteName: string;
  readonly actor: Actor;
  readonly attachment: AttachmentRow | undefined;
  readonly links: readonly LinkRow[];
  readonly token: TokenFacts | null;
  /** Null when no tenant is known: not attached, and no join token. */
  readonly survey: Survey | null;
  readonly idle: IdleState | null;
  /** How often the site gives a sign of life now. */
  readonly signOfLifeMs: number;
  /** `host:port` of the proxy and the kind of its credentials. */
  readonly proxy: { readonly name: string; readonly credentials: string } | null;
  readonly certificates: readonly {
    readonly name: string;
    readonly notBefore: number;
    readonly notAfter: number;
  }[];
  /** Why it takes no writes; null when it does. */
  readonly databaseProblem: string | null;
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  readonly deviceCount: number;
}

export interface TokenFacts {
  readonly invitation: Invitation;
  /** Null when the tenant could not be asked or refused it. */
  readonly answer: CheckJoinTokenAnswer | null;
  readonly problem: string | null;
  /** Whether it is of the tenant that this site has already. */
  readonly isOfPresentTenant: boolean;
}
