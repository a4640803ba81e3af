import { type Phrase, phrase } from '../tokens/phrase.ts';
/** What an advice can name. */
export interface AdviceContext {
  readonly clientId: string;
  /** Tenant that was asked. */
  readonly tenantId: string;
  /** Resource or scopes that were asked for, when any were. */
  readonly resource?: string;
}

export interface Advice {
  /** What was wrong. */
  readonly message: Phrase;
  /** Who must act and what to do. */
  readonly advice: Phrase;
}

const signInAgain = phrase`Run “Azure Credentials: Sign In”.`;
const startAgain = phrase`Run “Azure Credentials: Sign In” again and finish within a few minutes.`;
const registration = phrase`Microsoft Entra admin center › Entra ID › App registrations`;

/**
 * Advice by AADSTS number. Entra may change the numbers at any time, so that they choose words, and what happens next is
 * decided by `error` and `suberror` (see `translateFailure`).
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes#aadsts-error-codes
 */
const adviceByNumber: Readonly<Record<number, (context: AdviceContext) => Advice>> = {
  50173: () => ({
    message: phrase`Your session was ended: the password was changed, or an administrator or you revoked it.`,
    advice: signInAgain,
  }),
  700082: () => ({ message: phrase`Your session ended because it was not used for 90 days.`, advice: signInAgain }),
  700084: ({ clientId }) => ({
    message: phrase`Your session ended after a day, as it does for a single-page application.`,
    advice: phrase`${signInAgain} So that it lasts, ask the administrator of application ${clientId} to move the redirect URI http://localhost from “Single-page application” to “Mobile and desktop applications” (${registration} › Authentication).`,
  }),
  70043: () => ({
    message: phrase`Your organization’s sign-in frequency policy ended your session.`,
    advice: signInAgain,
  }),
  50076: ({ resource }) => ({
    message: resource
      ? phrase`Multifactor authentication is needed for ${resource}.`
      : phrase`Multifactor authentication is needed.`,
    advice: phrase`Run “Azure Credentials: Sign In” and confirm with your second factor.`,
  }),
  50078: () => ({
    message: phrase`Your multifactor authentication is too old.`,
    advice: phrase`Run “Azure Credentials: Sign In” and confirm with your second factor again.`,
  }),
  50079: () => ({
    message: phrase`You have to register for multifactor authentication first.`,
    advice: phrase`Run “Azure Credentials: Sign In” and follow the registration in the browser.`,
  }),
  65001: ({ clientId, resource }) => ({
    message: resource
      ? phrase`Application ${clientId} has no consent for ${resource}.`
      : phrase`Application ${clientId} has no consent.`,
    advice: phrase`Run “Azure Credentials: Sign In” and accept what is asked, or ask your administrator to grant the permission for everyone (${registration} › API permissions › Grant admin consent).`,
  }),
  65004: ({ resource }) => ({
    message: resource
      ? phrase`The sign-in was cancelled in the browser, or the permission for ${resource} was declined.`
      : phrase`The sign-in was cancelled in the browser, or the permission was declined.`,
    advice: phrase`Sign in again and accept what is asked. If you should not decide this yourself, ask your administrator to grant consent for the organization.`,
  }),
  90094: ({ clientId, resource }) => ({
    message: resource
      ? phrase`Only an administrator may consent for ${resource}.`
      : phrase`Only an administrator may consent.`,
    advice: phrase`Ask your administrator to grant application ${clientId} the permission (${registration} › API permissions › Grant admin consent), then try again.`,
  }),
  53003: ({ resource }) => ({
    message: resource
      ? phrase`A Conditional Access policy of your organization blocks access for ${resource}.`
      : phrase`A Conditional Access policy of your organization blocks access.`,
    advice: phrase`Signing in again does not help: tell your administrator, who finds the policy in Microsoft Entra admin center › Sign-in logs › Conditional Access.`,
  }),
  530003: ({ resource }) => ({
    message: resource
      ? phrase`Your organization allows access for ${resource} from managed devices only.`
      : phrase`Your organization allows access from managed devices only.`,
    advice: phrase`Use a device that your organization manages, or ask your administrator to except this application from the device policy (Microsoft Entra admin center › Conditional Access).`,
  }),
  500011: ({ resource, tenantId }) => ({
    message: resource
      ? phrase`Tenant ${tenantId} does not know the resource ${resource}.`
      : phrase`Tenant ${tenantId} does not know the resource.`,
    advice: phrase`Check the spelling of the resource. If it is right, choose the tenant it belongs to (setting azureCredentials.tenantId, or another account), or ask your administrator to add its service principal to the tenant.`,
  }),
  650057: ({ clientId, resource }) => ({
    message: resource
      ? phrase`Application ${clientId} is not set up for ${resource}.`
      : phrase`Application ${clientId} is not set up.`,
    advice: phrase`Ask the administrator of application ${clientId} to add the API permission (${registration} › API permissions › Add a permission).`,
  }),
  65002: ({ clientId, resource }) => ({
    message: resource
      ? phrase`Application ${clientId} belongs to Microsoft and may not be used for ${resource}.`
      : phrase`Application ${clientId} belongs to Microsoft and may not be used.`,
    advice: phrase`Ask your administrator to register an application of your own organization, and set azureCredentials.clientId to its client id.`,
  }),
  700016: ({ clientId, tenantId }) => ({
    message: phrase`Tenant ${tenantId} has no application ${clientId}.`,
    advice: phrase`Check the settings azureCredentials.clientId and azureCredentials.tenantId against the overview page of the application (${registration}); an application of another tenant has to be consented to in yours first.`,
  }),
  7000218: ({ clientId }) => ({
    message: phrase`Application ${clientId} is not allowed to sign people in without a client secret.`,
    advice: phrase`Ask its administrator to set “Allow public client flows” to Yes (${registration} › Authentication), or run “Azure Credentials: Set Client Secret”.`,
  }),
  7000215: ({ clientId }) => ({
    message: phrase`The client secret of application ${clientId} is wrong.`,
    advice: phrase`Run “Azure Credentials: Set Client Secret” and enter the secret’s value, not its id (${registration} › Certificates & secrets); a value is shown only once, so a new secret may be needed.`,
  }),
  7000222: ({ clientId }) => ({
    message: phrase`The client secret of application ${clientId} has expired.`,
    advice: phrase`Ask its administrator for a new one (${registration} › Certificates & secrets), then run “Azure Credentials: Set Client Secret”.`,
  }),
  700025: ({ clientId }) => ({
    message: phrase`Application ${clientId} is a public client, and a client secret was sent for it.`,
    advice: phrase`Remove the client secret: run “Azure Credentials: Set Client Secret” and leave it empty, or set azureCredentials.clientId to the application that the secret belongs to.`,
  }),
  50194: ({ clientId }) => ({
    message: phrase`Application ${clientId} works in its own tenant only, and no tenant is configured.`,
    advice: phrase`Set azureCredentials.tenantId to the id of your tenant (it is on the overview page of Microsoft Entra admin center).`,
  }),
  50059: () => ({
    message: phrase`No tenant is configured, and the request does not tell which is meant.`,
    advice: phrase`Set azureCredentials.tenantId to the id of your tenant.`,
  }),
  90002: ({ tenantId }) => ({
    message: phrase`There is no tenant ${tenantId} in this cloud.`,
    advice: phrase`Check the settings azureCredentials.tenantId and azureCredentials.cloud; the tenant’s id is on the overview page of Microsoft Entra admin center.`,
  }),
  50020: otherAccount,
  50034: otherAccount,
  16000: otherAccount,
  70011: ({ resource }) => ({
    message: resource ? phrase`Entra does not know the scope ${resource}.` : phrase`Entra does not know the scope.`,
    advice: phrase`Check the spelling of the scope or resource that was asked for.`,
  }),
  900144: () => ({
    message: phrase`The request was not complete.`,
    advice: phrase`This is a defect of the extension: please report it.`,
  }),
  70000: () => ({ message: phrase`Your saved session cannot be used any more.`, advice: signInAgain }),
  9002313: () => ({ message: phrase`Your saved session cannot be used.`, advice: signInAgain }),
  54005: () => ({ message: phrase`The answer of the browser was used already.`, advice: startAgain }),
  700005: otherSignIn,
  500112: otherSignIn,
  501481: otherSignIn,
  70008: () => ({ message: phrase`The answer of the browser, or your session, is too old.`, advice: startAgain }),
};

function otherAccount({ tenantId }: AdviceContext): Advice {
  return {
    message: phrase`This account does not exist in tenant ${tenantId}.`,
    advice: phrase`Sign in with another account, choose another tenant (setting azureCredentials.tenantId), or ask an administrator of that tenant to invite you as a guest (Microsoft Entra admin center › Users › Invite external user).`,
  };
}

/** A code that was issued for another redirect URI or code verifier: of an earlier sign-in, or somebody else's. */
function otherSignIn(): Advice {
  return { message: phrase`The answer of the browser belongs to another sign-in.`, advice: startAgain };
}

/** Advice for an AADSTS number; `undefined` when none is written for it. */
export function adviceForNumber(aadsts: number | undefined, context: AdviceContext): Advice | undefined {
  if (aadsts === undefined) {
    return undefined;
  }
  const { resource, ...rest } = context;
  // People know the resource, not the scope that stands for all of it.
  const named = resource?.replace(/\/\.default(?=\s|$)/g, '');
  return adviceByNumber[aadsts]?.(named === undefined ? rest : { ...rest, resource: named });
}
