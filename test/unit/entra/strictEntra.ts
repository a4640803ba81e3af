import { setImmediate as turn } from 'node:timers/promises';
import { ids } from './harness.ts';

const refused = {
  error: 'invalid_grant',
  suberror: 'bad_token',
  error_description: 'AADSTS70000: Provided grant is invalid or malformed.\r\nTrace ID: 0a\r\nCorrelation ID: 0b',
  error_codes: [70000],
};

/**
 * The least of Entra that a race needs, without TLS and signatures, so that thousands of rounds take seconds: each
 * refresh token is good once, and what is good is known.
 */
export class StrictEntra {
  readonly good = new Set<string>();
  refreshes = 0;
  refusals = 0;
  #count = 0;

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const form = new URLSearchParams(String(init?.body ?? ''));
    await this.#delay();
    const answer = this.#answer(url, form);
    await this.#delay();
    return Response.json(answer, { status: 'error' in answer ? 400 : 200 });
  };

  #answer(url: URL, form: URLSearchParams): Record<string, unknown> {
    if (url.pathname.endsWith('/openid-configuration')) {
      return { issuer: `https://${url.host}/{tenantid}/v2.0`, token_endpoint: `https://${url.host}/common/token` };
    }
    if (url.pathname.endsWith('/devicecode')) {
      return { device_code: 'unused' };
    }
    if (form.get('grant_type') === 'refresh_token') {
      this.refreshes += 1;
      if (!this.good.delete(form.get('refresh_token') ?? '')) {
        this.refusals += 1;
        return refused;
      }
    }
    return this.#tokens(form);
  }

  #tokens(form: URLSearchParams): Record<string, unknown> {
    this.#count += 1;
    const refreshToken = `refresh-${this.#count}`;
    this.good.add(refreshToken);
    const [uid, utid] = ids.ada.split('.');
    const claims = {
      aud: ids.publicClient,
      iss: `https://login.microsoftonline.com/${utid}/v2.0`,
      oid: uid,
      sub: uid,
      tid: utid,
      name: 'Ada Sample',
      preferred_username: 'ada@contoso.com',
      // The code stands for the nonce, which only the authorize endpoint knows.
      ...(form.get('code') && { nonce: form.get('code') }),
    };
    return {
      token_type: 'Bearer',
      scope: form.get('scope'),
      expires_in: 3600,
      access_token: `access-${this.#count}`,
      refresh_token: refreshToken,
      id_token: `e30.${base64url(claims)}.signature`,
      client_info: base64url({ uid, utid }),
    };
  }

  async #delay(): Promise<void> {
    for (let count = Math.floor(Math.random() * 3); count >= 0; count -= 1) {
      await turn();
    }
  }
}

/** What the sign-in page would send the browser to. */
export function answerOf(authorizeUrl: string): string {
  const asked = new URL(authorizeUrl).searchParams;
  const answer = new URL(asked.get('redirect_uri') ?? '');
  answer.searchParams.set('code', asked.get('nonce') ?? '');
  answer.searchParams.set('state', asked.get('state') ?? '');
  return answer.href;
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
