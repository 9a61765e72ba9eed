import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { plain } from './markdown.ts';

/** What the comments beside a schema's keys say. */
export interface SchemaComments {
  /** @param siblings the keys that stand beside it, by which its schema is told from others */
  of(siblings: object, key: string): string;
}

interface Shape {
  keys: string[];
  comments: Map<string, string>;
}

/** Reads the comments of all objects of schemas in the files of a folder: zod keeps none. */
export function readSchemaComments(folder: string): SchemaComments {
  const shapes: Shape[] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(folder, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const visit = (node: ts.Node) => {
      if (ts.isObjectLiteralExpression(node)) shapes.push(shapeOf(node, source));
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return {
    of: (siblings, key) => {
      const names = Object.keys(siblings);
      const [closest] = shapes
        .filter(({ keys, comments }) => comments.has(key) && keys.every((name) => names.includes(name)))
        .sort((a, b) => b.keys.length - a.keys.length);
      return closest === undefined ? '' : plain(closest.comments.get(key)!);
    },
  };
}

function shapeOf(node: ts.ObjectLiteralExpression, source: ts.SourceFile): Shape {
  const keys: string[] = [];
  const comments = new Map<string, string>();
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property)) continue;
    const key = property.name.getText(source);
    keys.push(key);
    const [comment] = ts.getJSDocCommentsAndTags(property);
    if (comment === undefined) continue;
    const said = comment
      .getText(source)
      .replaceAll(/^\/\*\*|\*\/$|^\s*\*/gm, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll('@default', 'Default:')
      .trim();
    comments.set(key, said);
  }
  return { keys, comments };
}
