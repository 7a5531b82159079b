import { expect, it } from 'vitest';
import { InProcessRest } from '../../../test/support/in-process-rest.js';
import { FAULTS, LossyCalls } from '../../../test/support/lossy-calls.js';
import { IcebergError } from '../../error.js';
import { oauth2 } from './oauth2.js';
import { bearer, type RestAuth } from './rest-auth.js';
import { RestCatalog } from './rest-catalog.js';

const CLIENT = { clientId: 'me', clientSecret: 'secret' };

/** A server that gives out tokens `t1`, `t2`, … and accepts the newest only. */
function open(
  auth: RestAuth,
  lifeSeconds?: number,
  lossy = new LossyCalls({ at: -1, fault: 'fails before' }),
) {
  const server = new InProcessRest('memory://lake');
  const state = { now: 0, issued: 0, accepted: '' };
  server.intercept = ({ path, headers, body }) => {
    if (path === '/v1/oauth/tokens') {
      if (body['client_secret'] !== 'secret')
        return [401, { error: 'invalid_client', error_description: 'who?' }];
      state.accepted = `Bearer t${++state.issued}`;
      return [200, { access_token: `t${state.issued}`, token_type: 'bearer', expires_in: lifeSeconds }];
    }
    return headers['authorization'] === state.accepted
      ? undefined
      : [401, { error: { type: 'NotAuthorizedException', message: 'expired', code: 401 } }];
  };
  const catalog = new RestCatalog({
    uri: 'https://catalog.test',
    fetch: (url, init) => lossy.around(() => server.fetch(url, init)),
    calls: { startTimer: lossy.startTimer },
    auth,
    now: () => state.now,
    sleep: async () => undefined,
  });
  return { server, state, catalog };
}

it('asks for one token, however many requests need it at once', async () => {
  const { state, server, catalog } = open(
    oauth2({ ...CLIENT, scope: 'x', parameters: { audience: 'y' } }),
    3600,
  );
  await Promise.all([catalog.listTables(), catalog.listTables(), catalog.namespaces.list()]);
  expect(state.issued).toBe(1);
  const request = server.received.find(({ path }) => path.endsWith('/tokens'));
  expect(request?.body).toEqual({
    grant_type: 'client_credentials',
    client_id: 'me',
    client_secret: 'secret',
    scope: 'x',
    audience: 'y',
  });
});

it('replaces a token before it expires', async () => {
  const { state, catalog } = open(oauth2(CLIENT), 3600);
  await catalog.listTables();
  state.now = 3_539_999;
  await catalog.listTables();
  expect(state.issued).toBe(1);
  state.now = 3_540_000;
  await catalog.listTables();
  expect(state.issued).toBe(2);
});

it('replaces a token that is refused, once', async () => {
  const { state, catalog } = open(oauth2(CLIENT));
  await catalog.listTables();
  state.accepted = 'Bearer revoked';
  await catalog.listTables();
  expect(state.issued).toBe(2);
});

it('gives up when a new token is refused as well', async () => {
  const { server, state, catalog } = open(oauth2(CLIENT));
  const { intercept } = server;
  server.intercept = (request) => {
    const answer = intercept(request);
    state.accepted = 'Bearer never';
    return answer;
  };
  await expect(catalog.listTables()).rejects.toMatchObject({ code: 'NOT_AUTHENTICATED' });
  expect(state.issued).toBe(2);
});

it('says why no token was given, and never prints the secret', async () => {
  const { catalog } = open(oauth2({ clientId: 'me', clientSecret: 'wrong-secret' }));
  const error = await catalog.listTables().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(IcebergError);
  expect((error as IcebergError).code).toBe('NOT_AUTHENTICATED');
  expect((error as IcebergError).message).toContain('who?');
  expect((error as IcebergError).message).not.toContain('wrong-secret');
});

it('asks a token function again after a refusal', async () => {
  const tokens = ['t0', 't1'];
  const { state, catalog } = open(bearer(() => tokens.shift() ?? 't1'));
  state.accepted = 'Bearer t1';
  await catalog.listTables();
  await expect(open(bearer('old')).catalog.listTables()).rejects.toMatchObject({ code: 'NOT_AUTHENTICATED' });
});

it.each(FAULTS)('asks for a token again when the first request for one %s', async (fault) => {
  const { catalog } = open(oauth2(CLIENT), 3600, new LossyCalls({ at: 0, fault }));
  expect(await catalog.listTables()).toEqual([]);
});
