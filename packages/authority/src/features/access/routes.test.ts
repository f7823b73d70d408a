import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ADMIN_PATHS, CSRF_HEADER, Session } from '@moorline/contracts/admin';
import {
  authenticateWith,
  createAttemptLimiter,
  createListener,
  type Listener,
} from '@moorline/http';
import { type AuthorityId, silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { type TestDatabase, withDatabase } from '@moorline/testkit';
import { AUDIT_MIGRATIONS, auditRoutes } from '../audit/index.ts';
import { type Access, createAccess } from './access.ts';
import { authorize } from './authorize.ts';
import { ACCESS_MIGRATIONS } from './migrations.ts';
import { accessAuthenticator, accessRoutes } from './routes.ts';

const [HOST_KIND] = Session.properties.authority.properties.kind.enum;
const PASSWORD = 'correct horse battery';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly cookie: string | undefined;
}

describe('access routes', () => {
  let test: TestDatabase;
  let listener: Listener;
  let access: Access;
  let origin: string;
  let authorityId: AuthorityId;

  before(async () => {
    test = await withDatabase([...AUDIT_MIGRATIONS, ...ACCESS_MIGRATIONS]);
    authorityId = test.newAuthority();
    access = createAccess({
      authorityId,
      database: test.database,
      clock: systemClock,
      entropy: systemEntropy,
    });
    listener = await createListener({
      name: 'console',
      host: '127.0.0.1',
      port: 0,
      logger: silentLogger,
    });
    authenticateWith(listener.app, accessAuthenticator(access));
    accessRoutes(listener.app, {
      access,
      authority: { id: authorityId, name: 'Contoso', kind: HOST_KIND, version: '0.1.0' },
      limiter: createAttemptLimiter(systemClock, { burst: 3, perMinute: 1 }),
    });
    auditRoutes(listener.app, { authorityId, database: test.database, authorize });
    const { port } = await listener.listen();
    origin = `http://localhost:${port}`;
  });
  after(async () => {
    await listener.close();
    await test[Symbol.asyncDispose]();
  });

  async function call(
    method: string,
    path: string,
    options: {
      body?: unknown;
      cookie?: string;
      token?: string;
      headers?: Record<string, string>;
    } = {},
  ): Promise<Answer> {
    const response = await fetch(origin + path, {
      method,
      headers: {
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.cookie ? { cookie: options.cookie, [CSRF_HEADER]: '1' } : {}),
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      cookie: response.headers.get('set-cookie') ?? undefined,
    };
  }

  async function linkCookie(): Promise<string> {
    const link = await access.firstSignInLink();
    const answer = await call('POST', ADMIN_PATHS.redeemLink, {
      body: { token: link.path.split('#')[1] },
    });
    assert.equal(answer.status, 200);
    return (answer.cookie ?? '').split(';')[0] ?? '';
  }

  it('sets a cookie that scripts cannot read and other origins cannot send', async () => {
    const link = await access.firstSignInLink();
    const answer = await call('POST', ADMIN_PATHS.redeemLink, {
      body: { token: link.path.split('#')[1] },
    });
    assert.match(answer.cookie ?? '', /HttpOnly/);
    assert.match(answer.cookie ?? '', /SameSite=Strict/);
    assert.deepEqual(
      [answer.body.mustSetPassword, (answer.body.authority as Record<string, unknown>).name],
      [true, 'Contoso'],
    );
  });

  it('goes from a link to a password to a sign-in with it', async () => {
    const cookie = await linkCookie();
    const set = await call('POST', ADMIN_PATHS.password, {
      body: { newPassword: PASSWORD },
      cookie,
    });
    assert.equal(set.status, 204);
    const signIn = await call('POST', ADMIN_PATHS.signIn, {
      body: { userName: 'admin', password: PASSWORD },
    });
    assert.equal(signIn.status, 200);
    assert.equal(signIn.body.mustSetPassword, false);
    const again = await call('POST', ADMIN_PATHS.password, {
      body: { newPassword: `${PASSWORD} staple` },
      cookie,
    });
    assert.equal(again.body.code, 'access.password_wrong');
  });

  it('attack 21: takes no cookie-authenticated write without the console’s own header', async () => {
    const cookie = await linkCookie();
    const answer = await call('POST', ADMIN_PATHS.tokens, {
      body: { displayName: 'forged' },
      headers: { cookie },
    });
    assert.equal(answer.status, 403);
    const foreign = await call('POST', ADMIN_PATHS.tokens, {
      body: { displayName: 'forged' },
      cookie,
      headers: { origin: 'https://evil.example' },
    });
    assert.equal(foreign.status, 403);
    const list = await call('GET', ADMIN_PATHS.tokens, { cookie });
    assert.deepEqual(list.body.value, []);
  });

  it('attack 21: a session from before the sign-in is not taken over by it', async () => {
    const first = await linkCookie();
    const second = await linkCookie();
    assert.notEqual(first, second);
    await call('POST', ADMIN_PATHS.signOut, { cookie: second });
    assert.equal((await call('GET', ADMIN_PATHS.session, { cookie: second })).status, 401);
    assert.equal((await call('GET', ADMIN_PATHS.session, { cookie: first })).status, 200);
  });

  it('shows a token once, takes it as a bearer token, and never sets a password by it', async () => {
    const cookie = await linkCookie();
    const made = await call('POST', ADMIN_PATHS.tokens, { body: { displayName: 'ci' }, cookie });
    assert.equal(made.status, 201);
    const token = String(made.body.token);
    const list = await call('GET', ADMIN_PATHS.tokens, { token });
    assert.equal(list.status, 200);
    assert.equal(JSON.stringify(list.body).includes(token), false);
    const password = await call('POST', ADMIN_PATHS.password, {
      body: { newPassword: PASSWORD },
      token,
    });
    assert.equal(password.body.code, 'access.session_required');
  });

  it('attack 18: a token of a lower role cannot make itself a link to the whole account', async () => {
    const cookie = await linkCookie();
    const made = await call('POST', ADMIN_PATHS.tokens, {
      body: { displayName: 'reader', role: 'Read only' },
      cookie,
    });
    const token = String(made.body.token);
    for (const path of [ADMIN_PATHS.links, ADMIN_PATHS.administrators]) {
      const answer = await call('POST', path, {
        token,
        body: path === ADMIN_PATHS.links ? {} : { userName: 'mallory', role: 'Administrator' },
      });
      assert.equal(answer.status, 403, path);
    }
    assert.equal((await call('GET', ADMIN_PATHS.auditEvents, { token })).status, 403);
  });

  it('pages the audit log by sequence and verifies its chain', async () => {
    const token = await access.firstApiToken('audit reader');
    const first = await call('GET', `${ADMIN_PATHS.auditEvents}?$top=2`, { token });
    assert.equal(first.status, 200, JSON.stringify(first.body));
    const next = new URL(String(first.body['@odata.nextLink']));
    const second = await call('GET', next.pathname + next.search, { token });
    const sequences = [first, second].flatMap((page) =>
      (page.body.value as { sequence: number }[]).map((event) => event.sequence),
    );
    assert.deepEqual(
      sequences,
      [...sequences].sort((a, b) => b - a),
    );
    assert.equal(new Set(sequences).size, 4);
    const verdict = await call('GET', `${ADMIN_PATHS.auditEvents}/verify`, { token });
    assert.equal(verdict.body.isIntact, true);
  });

  it('attack 30: keeps no secret in the audit log', async () => {
    const token = await access.firstApiToken('secret keeper');
    const rows = await test.asOwner('select * from audit_events');
    assert.equal(JSON.stringify(rows).includes(token), false);
    assert.equal(JSON.stringify(rows).includes(PASSWORD), false);
  });

  it('slows down whoever guesses, and says for how long', async () => {
    let answer: Answer | undefined;
    for (let attempt = 0; attempt < 6; attempt++) {
      answer = await call('POST', ADMIN_PATHS.signIn, {
        body: { userName: 'admin', password: `wrong ${attempt}` },
      });
    }
    assert.equal(answer?.status, 429);
  });
});
