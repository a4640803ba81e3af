import type { Clock, Disposable, Log, SecretStore } from '../tokens/ports.ts';
import type { Requester } from '../tokens/requester.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { createWorkspaceSecret, isWorkspaceSecret } from './callerSecret.ts';
import type { ProgramRequest } from './dialect.ts';
import type { DialectGroup } from './dialectGroups.ts';
import { EndpointServer } from './endpointServer.ts';
import { createDialects, type EndpointAddress, environmentVariables, rpcCookieSecret } from './environment.ts';
import { rememberedPorts } from './loopbackPort.ts';
import { RpcCookieFile } from './rpcCookieFile.ts';

/** What is kept for a workspace, outside of it: a subset of `vscode.Memento`. */
export interface WorkspaceMemory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface LocalTokenEndpointDeps {
  readonly tokens: Pick<TokenService, 'getToken'>;
  readonly secrets: Pick<SecretStore, 'get' | 'store'>;
  readonly memory: WorkspaceMemory;
  /** Folder, private to the person and to this workspace, for the RPC cookie; the port is added. It need not exist. */
  readonly cookieFolder: (workspaceId: string) => string;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every request that failed although its caller was known. */
  readonly onFailure: (error: unknown, request: ProgramRequest, requester: Requester) => void;
  /** Told when programs of Posit Workbench cannot be served, because the cookie cannot be written into its folder. */
  readonly onCookieTrouble?: (error: unknown, folder: string) => void;
}

const memoryKeys = { workspaceId: 'localTokenEndpoint.workspaceId', ports: 'localTokenEndpoint.ports' } as const;

/**
 * The local token endpoint of one window: programs in its terminals get tokens over loopback in protocols that they know.
 *
 * Address and secret stay the same for a workspace, so that a terminal which outlives a window keeps working.
 */
export class LocalTokenEndpoint implements Disposable {
  readonly #deps: LocalTokenEndpointDeps;
  readonly #server: EndpointServer;
  readonly #address: EndpointAddress;
  readonly #cookieFolder: string;
  #cookieFile: RpcCookieFile | undefined;

  private constructor(deps: LocalTokenEndpointDeps, parts: EndpointParts) {
    this.#deps = deps;
    this.#server = parts.server;
    this.#address = parts.address;
    // Each port has a cookie of its own: two windows on one workspace would take the file from each other.
    this.#cookieFolder = `${deps.cookieFolder(parts.workspaceId)}-${parts.address.port}`;
  }

  /** Starts to listen; nobody is served before {@link serve}. */
  static async start(deps: LocalTokenEndpointDeps): Promise<LocalTokenEndpoint> {
    const workspaceId = await rememberWorkspaceId(deps.memory);
    const workspaceSecret = await keepSecret(deps, workspaceId);
    const server = new EndpointServer(deps);
    const remembered = deps.memory.get<readonly number[]>(memoryKeys.ports) ?? [];
    const port = await server.listen(remembered);
    if (!remembered.includes(port)) {
      await deps.memory.update(memoryKeys.ports, [port, ...remembered].slice(0, rememberedPorts));
    }
    return new LocalTokenEndpoint(deps, { server, address: { port, workspaceSecret }, workspaceId });
  }

  get port(): number {
    return this.#address.port;
  }

  /** Serves these groups of dialects and no others. @returns the environment variables through which programs find it */
  async serve(groups: readonly DialectGroup[]): Promise<Readonly<Record<string, string>>> {
    this.#server.serve(createDialects(groups, this.#address, () => this.#deps.clock.now()));
    const hasCookie = await this.#keepCookie(groups.includes('positWorkbench'));
    return environmentVariables(groups, this.#address, hasCookie ? this.#cookieFolder : undefined);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#cookieFile?.dispose(), this.#server.dispose()]);
  }

  /** @returns whether there is a cookie now */
  async #keepCookie(isWanted: boolean): Promise<boolean> {
    if (!isWanted) {
      await this.#cookieFile?.dispose();
      this.#cookieFile = undefined;
      return false;
    }
    const { clock, log } = this.#deps;
    try {
      const secret = rpcCookieSecret(this.#address);
      this.#cookieFile ??= await RpcCookieFile.create({ folder: this.#cookieFolder, secret, clock, log });
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'not private';
      log.error(`Posit Workbench programs cannot be served: no private folder for their cookie (${code}).`);
      this.#deps.onCookieTrouble?.(error, this.#cookieFolder);
      return false;
    }
  }
}

interface EndpointParts {
  readonly server: EndpointServer;
  readonly address: EndpointAddress;
  readonly workspaceId: string;
}

async function rememberWorkspaceId(memory: WorkspaceMemory): Promise<string> {
  const known = memory.get<string>(memoryKeys.workspaceId);
  if (known !== undefined) {
    return known;
  }
  const created = crypto.randomUUID();
  await memory.update(memoryKeys.workspaceId, created);
  return created;
}

/** Reads or makes the secret of a workspace. Where secrets cannot be kept, one for this window alone serves. */
async function keepSecret({ secrets, log }: LocalTokenEndpointDeps, workspaceId: string): Promise<string> {
  const key = `localTokenEndpoint/${workspaceId}`;
  try {
    const kept = await secrets.get(key);
    if (kept !== undefined && isWorkspaceSecret(kept)) {
      return kept;
    }
    const created = createWorkspaceSecret();
    await secrets.store(key, created);
    return created;
  } catch {
    log.warn('The secret of the local token endpoint cannot be kept: after a reload, open new terminals.');
    return createWorkspaceSecret();
  }
}
