import { globSync, readFileSync } from 'node:fs';
import { inProject, root } from '../../../scripts/setup/paths.mjs';

/** A document of the project, as far as its promises can be checked. */
export interface Document {
  /** Relative to the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly links: readonly Link[];
  /** Anchors of its headings, as GitHub and VS Code make them. */
  readonly anchors: ReadonlySet<string>;
  /** Fenced samples. */
  readonly samples: readonly Sample[];
  /** Lines of samples that are indented: commands to type. */
  readonly commandLines: readonly string[];
  /** What stands in single backticks. */
  readonly codes: readonly string[];
}

export interface Link {
  readonly text: string;
  readonly target: string;
}

interface Sample {
  readonly language: string;
  readonly text: string;
}

const patterns = ['*.md', 'docs/**/*.md', 'test/azure/workspace/**/*.md'];

/** Every document that somebody reads. */
export function readDocuments(): readonly Document[] {
  const paths = globSync(patterns, { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  return paths.sort().map((path) => parse(path, readFileSync(inProject(path), 'utf8')));
}

function parse(path: string, text: string): Document {
  const fence = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;
  const prose = text.replace(fence, '');
  return {
    path,
    text,
    links: [...prose.matchAll(/\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g)].map(([, label = '', target = '']) => ({
      text: label,
      target,
    })),
    anchors: new Set([...prose.matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading = '']) => slug(heading))),
    samples: [...text.matchAll(fence)].map(([, language = '', sample = '']) => ({ language, text: sample })),
    commandLines: [...prose.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line.replace(/\s+#.*$/, '')),
    codes: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
  };
}

function slug(heading: string): string {
  return heading
    .replaceAll(/[`*_]/g, '')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .replaceAll(/\s/g, '-');
}
