import * as vscode from 'vscode';

/** Texts that were made here, cannot be changed, and are kept nowhere but in memory while they are shown. */
export interface ShownDocuments extends vscode.Disposable {
  /** Opens a text in an editor. @param name its name in the tab; the ending says how it is coloured */
  show(name: string, content: string): Promise<void>;
  /** Opens Markdown as people read it; its source, where the editor's own preview is turned off. */
  preview(name: string, content: string): Promise<void>;
}

/** Previews are made anew from their text when a window comes back to them: so many of the latest texts stay. */
const keptForPreviews = 5;

/** Scheme of these documents. */
const scheme = 'azure-credentials';

/** Registers the scheme of these documents. A text that is gone, as after a reload of the window, says so. */
export function createShownDocuments(): ShownDocuments {
  const texts = new Map<string, string>();
  const previewed: string[] = [];
  let number = 0;
  const add = (name: string, content: string): vscode.Uri => {
    number += 1;
    const uri = vscode.Uri.from({ scheme, path: `/${name.replaceAll('/', '∕')}`, query: String(number) });
    texts.set(uri.toString(), content);
    return uri;
  };
  const keep = (uri: vscode.Uri): void => {
    previewed.push(uri.toString());
    for (const old of previewed.splice(0, previewed.length - keptForPreviews)) {
      texts.delete(old);
    }
  };
  const registration = vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: (uri) =>
        texts.get(uri.toString()) ?? vscode.l10n.t('What was shown here is not kept. Run the command again.'),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (!previewed.includes(uri.toString())) {
        texts.delete(uri.toString());
      }
    }),
  );
  return {
    show: async (name, content) => {
      await vscode.window.showTextDocument(add(name, content), { preview: true });
    },
    preview: async (name, content) => {
      const uri = add(name, content);
      keep(uri);
      try {
        await vscode.commands.executeCommand('markdown.showPreview', uri);
      } catch {
        await vscode.window.showTextDocument(uri, { preview: true });
      }
    },
    dispose: () => {
      registration.dispose();
      texts.clear();
    },
  };
}
