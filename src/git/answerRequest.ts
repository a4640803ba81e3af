import type { AzureCredentialsError } from '../tokens/errors.ts';
import { isAzureCredentialsError } from '../tokens/errors.ts';
import type { GitCredentialFacts, GitCredentialOutcome, GitCredentials } from './gitCredentials.ts';
import { type CredentialAnswer, type CredentialRequest, parseCredentialRequest } from './wireFormat.ts';

/** A request of a git that got no token, for someone to tell the person about. */
export interface GitFailure {
  readonly error: AzureCredentialsError;
  readonly facts: GitCredentialFacts;
  readonly caller: CredentialRequest['caller'];
}

export interface AnswerDeps {
  readonly credentials: GitCredentials;
  readonly onFailure: (failure: GitFailure) => void;
}

/**
 * Answers one request of git's credential protocol.
 *
 * Git asks nobody else after a failure: a password box would only hide the reason. It does ask others when the host is not
 * one of ours.
 */
export async function answerRequest(
  bytes: Uint8Array,
  { credentials, onFailure }: AnswerDeps,
  signal?: AbortSignal,
): Promise<CredentialAnswer> {
  let request: CredentialRequest;
  try {
    request = parseCredentialRequest(bytes);
  } catch (error) {
    return isAzureCredentialsError(error) ? failureAnswer(error, 'action=unknown') : {};
  }
  const trace = `action=${request.action} host=${request.host}`;
  switch (request.action) {
    case 'store':
      return { trace: `${trace} ignored="tokens are never stored"` };
    case 'erase':
      return erase(request, trace, credentials);
    case 'get': {
      const requester = { kind: 'git', id: 'helper', label: 'git' } as const;
      const outcome = await credentials.get({ ...request, ...(signal && { signal }) }, requester);
      if (outcome.kind === 'failed') {
        onFailure({ error: outcome.error, facts: outcome.facts, caller: request.caller });
      }
      return getAnswer(request, outcome, trace);
    }
  }
}

async function erase(
  request: CredentialRequest,
  trace: string,
  credentials: GitCredentials,
): Promise<CredentialAnswer> {
  try {
    const facts = await credentials.erase(request, request.secret);
    return { trace: `${trace}${factsText(facts)} erased="the next token is a new one"` };
  } catch (error) {
    return isAzureCredentialsError(error) ? { trace: `${trace} error=${error.code}` } : {};
  }
}

function getAnswer(request: CredentialRequest, outcome: GitCredentialOutcome, trace: string): CredentialAnswer {
  switch (outcome.kind) {
    case 'none':
      return { trace: `${trace} ignored="not a host of Azure Repos"` };
    case 'failed':
      return failureAnswer(outcome.error, `${trace}${factsText(outcome.facts)}`);
    case 'token':
      return {
        trace: `${trace}${factsText(outcome.facts)} token=${outcome.facts.source ?? 'unknown'}`,
        token: outcome.token.token,
        expiresOnTimestamp: outcome.token.expiresOnTimestamp,
        bearer: request.takesAuthtype,
        ...(request.username && !request.username.includes(':') && { username: request.username }),
      };
  }
}

function failureAnswer(error: AzureCredentialsError, trace: string): CredentialAnswer {
  return { trace: `${trace} error=${error.code}`, message: failureMessage(error), quit: true };
}

/** One line for a terminal: what is wrong, and what to do. */
function failureMessage(error: AzureCredentialsError): string {
  const signIn = 'run "Azure Credentials: Sign In" in VS Code';
  if (error.advice !== undefined) {
    return `${error.message} ${error.advice}`;
  }
  switch (error.code) {
    case 'not_signed_in':
      return `not signed in: ${signIn}`;
    case 'interaction_required':
    case 'consent_required':
      return `${error.message.replace(/\.$/, '')}: ${signIn}`;
    default:
      return error.message;
  }
}

function factsText(facts: GitCredentialFacts): string {
  const { organization, tenant, account } = facts;
  return Object.entries({ organization, tenant, account: account?.username, chosen: facts.accountReason })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${value}`)
    .join('');
}
