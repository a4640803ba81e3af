import { authorityFor, type EntraAuthority, openIdConfigurationUrl } from '../../entra/clouds.ts';
import { EntraNetwork } from '../../entra/network.ts';
import { TenantCheck } from '../../entra/tenantCheck.ts';
import { translateError } from '../../entra/translateError.ts';
import type { CloudName } from '../../tokens/cloud.ts';
import { phrase } from '../../tokens/phrase.ts';
import type { Clock, Log } from '../../tokens/ports.ts';
import { type Check, type Finding, failedFinding } from './check.ts';

export interface AuthorityCheckDeps {
  readonly settings: {
    readonly cloud: CloudName;
    readonly authorityHost: string;
    readonly tenantId: string;
    /** Empty where no application is configured: then none is looked for. */
    readonly clientId: string;
  };
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** Clocks may differ this much, in milliseconds: Entra takes and gives times with five minutes of leeway. */
const smallDifferenceMs = 60_000;
const leewayMs = 300_000;

/** Is Entra there, is its time ours, does it know the tenant, and does the tenant know the application? */
export function authorityCheck(deps: AuthorityCheckDeps): Check {
  const subject = phrase`Sign-in service`;
  return {
    subject,
    async run(signal) {
      const { settings, ...rest } = deps;
      let authority: EntraAuthority;
      try {
        authority = authorityFor(settings.cloud, settings.authorityHost);
      } catch (error) {
        return [failedFinding(subject, error)];
      }
      const network = new EntraNetwork(rest);
      const tenants = new TenantCheck({ ...rest, authority, clientId: settings.clientId, network });
      const findings = await reach(deps, { authority, network, signal });
      const isReached = findings.every(({ level }) => level === 'pass' || level === 'warn');
      return isReached ? [...findings, ...(await tenantAndApplication(deps, tenants, signal))] : findings;
    },
  };
}

interface Reach {
  readonly authority: EntraAuthority;
  readonly network: EntraNetwork;
  readonly signal: AbortSignal;
}

/** Asks for the OpenID configuration of `common`, which every authority has, whatever tenant is configured. */
async function reach({ clock }: AuthorityCheckDeps, { authority, network, signal }: Reach): Promise<Finding[]> {
  const subject = phrase`Sign-in service`;
  const url = openIdConfigurationUrl(authority, 'common');
  const sent = { now: clock.now(), monotonic: clock.monotonic() };
  try {
    const { status, headers } = await network.send({ url, method: 'GET', repeatable: true, signal });
    const tookMs = clock.monotonic() - sent.monotonic;
    return [
      { level: 'pass', subject, text: phrase`${authority.host} answers (status ${status}, ${Math.round(tookMs)} ms).` },
      clockFinding(headers.get('date'), sent.now + tookMs / 2),
    ];
  } catch (error) {
    return [failedFinding(subject, error)];
  }
}

/** @param now this machine's time when the answer was made, in milliseconds since the epoch */
function clockFinding(date: string | null, now: number): Finding {
  const subject = phrase`Clock`;
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) {
    return { level: 'warn', subject, text: phrase`The sign-in service does not tell its time.` };
  }
  // The header has whole seconds.
  const seconds = Math.round((now - (theirs + 500)) / 1000);
  const difference = Math.abs(seconds) * 1000;
  const text =
    seconds < 0
      ? phrase`This machine is ${-seconds} seconds behind the sign-in service.`
      : phrase`This machine is ${seconds} seconds ahead of the sign-in service.`;
  if (difference <= smallDifferenceMs) {
    return { level: 'pass', subject, text };
  }
  return {
    level: difference < leewayMs ? 'warn' : 'fail',
    subject,
    text,
    next: phrase`Set the date and time of this machine (you, or its administrator): tokens seem to end too early or too late otherwise.`,
  };
}

async function tenantAndApplication(
  { settings: { clientId, tenantId } }: AuthorityCheckDeps,
  tenants: TenantCheck,
  signal: AbortSignal,
): Promise<Finding[]> {
  const subject = phrase`Tenant`;
  const context = { clientId, tenantId };
  let id: string;
  try {
    id = await tenants.resolveTenant(tenantId, signal);
  } catch (error) {
    return [failedFinding(subject, translateError(error, context))];
  }
  const found: Finding = { level: 'pass', subject, text: phrase`${tenantId}: OpenID configuration found (${id}).` };
  return clientId === '' ? [found] : [found, await applicationFinding(context, tenants, signal)];
}

async function applicationFinding(
  context: { readonly clientId: string; readonly tenantId: string },
  tenants: TenantCheck,
  signal: AbortSignal,
): Promise<Finding> {
  const subject = phrase`Application`;
  try {
    await tenants.checkApplication(context.tenantId, signal);
    return { level: 'pass', subject, text: phrase`The tenant takes sign-ins of application ${context.clientId}.` };
  } catch (error) {
    return failedFinding(subject, translateError(error, context));
  }
}
