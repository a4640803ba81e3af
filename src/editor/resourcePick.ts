import * as vscode from 'vscode';
import type { CloudName } from '../tokens/cloud.ts';
import { listResources } from '../tokens/resources.ts';
import { localize } from './localize.ts';

interface ResourceItem extends vscode.QuickPickItem {
  readonly resource: string;
}

/** Lets the person pick a resource by name, or type any URI or application id. */
export function pickResource(cloud: CloudName): Promise<string | undefined> {
  const named: ResourceItem[] = listResources(cloud).map(({ name, resource, description }) => ({
    label: name,
    description: resource,
    detail: localize(description),
    resource,
  }));
  const pick = vscode.window.createQuickPick<ResourceItem>();
  pick.title = vscode.l10n.t('Get an access token');
  pick.placeholder = vscode.l10n.t('Pick an Azure resource, or type its URI or application id');
  pick.matchOnDescription = true;
  pick.items = named;
  pick.onDidChangeValue((value) => {
    pick.items = [...named, ...typedItem(value)];
  });
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.resource);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** What was typed is offered as it is, as soon as it may be a URI or an application id. */
function typedItem(value: string): ResourceItem[] {
  const resource = value.trim();
  if (!/^[a-z][a-z0-9+.-]*:\/\/\S|^[0-9a-f]{8}-[0-9a-f-]{27,}/i.test(resource)) {
    return [];
  }
  return [
    {
      label: vscode.l10n.t('Use “{0}”', resource),
      description: vscode.l10n.t('as typed'),
      alwaysShow: true,
      resource,
    },
  ];
}
