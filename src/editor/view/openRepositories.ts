import * as vscode from 'vscode';
import type { Disposable } from '../../tokens/ports.ts';
import { type GitApi, GitExtension, type GitRepository } from '../gitExtension.ts';
import { openOrganizations } from '../gitOrganizations.ts';

/** What else is used here of the Git extension's API, version 1. */
interface WatchedGit extends GitApi {
  readonly onDidOpenRepository: vscode.Event<WatchedRepository>;
  readonly onDidCloseRepository: vscode.Event<unknown>;
}

interface WatchedRepository extends GitRepository {
  readonly state: GitRepository['state'] & { readonly onDidChange: vscode.Event<void> };
}

/** Organizations of Azure DevOps that repositories in this window have remotes of. */
export interface OpenRepositories extends Disposable {
  organizations(): readonly string[];
}

/** Follows the repositories that the Git extension has open; starts it only in a trusted workspace, as it needs one. */
export function watchOpenRepositories(onDidChange: () => unknown): OpenRepositories {
  let watched: vscode.Disposable[] = [];
  const unwatch = () => vscode.Disposable.from(...watched.splice(0)).dispose();
  let api: WatchedGit | undefined;
  let known = '';
  const look = () => {
    const now = openOrganizations(api).join();
    if (now !== known) {
      known = now;
      onDidChange();
    }
  };
  const watchRepository = ({ state }: WatchedRepository) => {
    watched.push(state.onDidChange(look));
    look();
  };
  const git = new GitExtension((given) => {
    unwatch();
    api = given as WatchedGit | undefined;
    if (api) {
      watched = [api.onDidOpenRepository(watchRepository), api.onDidCloseRepository(look)];
      for (const repository of api.repositories) {
        watchRepository(repository as WatchedRepository);
      }
    }
    look();
  });
  const start = () => void git.start().catch(() => undefined);
  const trust = vscode.workspace.onDidGrantWorkspaceTrust(start);
  if (vscode.workspace.isTrusted) {
    start();
  }
  return {
    organizations: () => openOrganizations(api),
    dispose: () => {
      trust.dispose();
      unwatch();
      git.dispose();
    },
  };
}
