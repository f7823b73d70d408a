import assert from 'node:assert/strict';
import { AdminApiError } from '@moorline/admin-client';
import type { AuditEvent } from '@moorline/contracts/admin';
import { systemClock } from '@moorline/kernel';
import type { Star } from './constellation.ts';
import type { Answer } from './simulated-device.ts';

/** The code of an answer that refuses, after its text for people was looked at. */
export function refusedWith(answer: Answer): { readonly status: number; readonly code: string } {
  const body = answer.body as {
    code?: string;
    detail?: string;
    error?: { code: string; message: string };
  };
  const { code, detail } = body.error
    ? { code: body.error.code, detail: body.error.message }
    : { code: body.code, detail: body.detail };
  assert.match(code ?? '', /^[a-z]+(\.[a-z0-9_]+)+$/);
  // Two sentences at least: what happened, and what to do.
  assert.match(detail ?? '', /\S[.:!] ?\S.*[.?]$/s);
  return { status: answer.status, code: code ?? '' };
}

/** Asserts that the call of the admin API is refused under `code`. */
export async function assertRefused(call: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof AdminApiError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, /\S[.:!] ?\S.*[.?]$/s);
    return true;
  });
}

/** The newest record of a refusal under `code` in the host's audit log; records are written soon after the answer. */
export async function auditedRefusal(
  { client }: Star,
  activity: string,
  code: string,
): Promise<AuditEvent> {
  const deadline = systemClock.now() + 5_000;
  for (;;) {
    const { items } = await client.auditEvents.list({ top: 100 });
    const found = items.find(
      (event) =>
        event.activity === activity && event.result === 'failure' && event.details.code === code,
    );
    if (found) return found;
    if (systemClock.now() > deadline) {
      const seen = items.slice(0, 10).map((event) => `${event.activity} ${event.details.code}`);
      throw new Error(`no ${activity} of ${code} in the audit log: ${seen.join('; ')}`);
    }
    await systemClock.sleep(20);
  }
}

// Every table that holds what a host was told, beside the log of refusals and what a look leaves behind.
const STATE = [
  ['devices', 'id, origin, name, is_blocked, manufacturer, model, serial_number'],
  ['inventory_documents', 'device_id, class_name, hash'],
  ['device_certificates', 'serial, device_id, revoked_at'],
  ['enrolments', 'token_id, device_id'],
  ['enrolment_tokens', 'id, used, is_revoked'],
  ['actions', 'id, state'],
  ['action_hops', 'action_id, sequence, state'],
] as const;

/** What a host holds, as text: equal before and after what must change nothing. */
export async function stateOf(
  star: Star,
  more: readonly (readonly [table: string, columns: string])[] = [],
): Promise<string> {
  const parts: string[] = [];
  for (const [table, columns] of [...STATE, ...more]) {
    const rows = await star.asOwner(`select ${columns} from ${table} order by ${columns}`);
    parts.push(`${table} ${JSON.stringify(rows)}`);
  }
  return parts.join('\n');
}
