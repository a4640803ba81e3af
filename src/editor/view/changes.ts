import type { ViewNode } from './model.ts';

/** A tree with each of its nodes by id. */
export interface IndexedTree {
  readonly roots: readonly ViewNode[];
  readonly byId: ReadonlyMap<string, ViewNode>;
}

export function indexTree(roots: readonly ViewNode[]): IndexedTree {
  const byId = new Map<string, ViewNode>();
  const add = (node: ViewNode): void => {
    byId.set(node.id, node);
    node.children.forEach(add);
  };
  roots.forEach(add);
  return { roots, byId };
}

/**
 * Which lines have to be drawn anew: those that say something else, and those that have other children. What lies below
 * one of them is drawn with it, and is left out.
 *
 * @returns ids, or `all` when the top level itself has changed
 */
export function changedNodes(before: IndexedTree, after: IndexedTree): 'all' | readonly string[] {
  if (idsOf(before.roots) !== idsOf(after.roots)) {
    return 'all';
  }
  const changed: string[] = [];
  const compare = (node: ViewNode): void => {
    const old = before.byId.get(node.id);
    if (old === undefined || isOther(old, node)) {
      changed.push(node.id);
    } else {
      node.children.forEach(compare);
    }
  };
  after.roots.forEach(compare);
  return changed;
}

function isOther(old: ViewNode, node: ViewNode): boolean {
  return idsOf(old.children) !== idsOf(node.children) || JSON.stringify(old.subject) !== JSON.stringify(node.subject);
}

function idsOf(nodes: readonly ViewNode[]): string {
  return nodes.map(({ id }) => id).join('\n');
}
