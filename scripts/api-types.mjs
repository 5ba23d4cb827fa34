/**
 * The schema generator reads types as they are written, and those of operations are inferred. So the compiler says them first, in a file that
 * the generator reads.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { root } from './root.mjs';

/** @param properties of the types, by name: others are left out @returns the file, with an interface for each of the types */
export function writtenTypes(source, names, properties) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const file = join(root, source);
  const out = join(root, 'node_modules/.cache/spoor/api-types.ts');
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, 'export {};\n');
  const program = ts.createProgram([file, out], { ...options, incremental: false, tsBuildInfoFile: undefined });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const imported = new Map();
  const written = names.map((name) => {
    const alias = checker.getExportsOfModule(module).find((symbol) => symbol.name === name);
    const all = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(alias));
    const lines = all
      .filter((property) => properties.has(property.name))
      .map((property) => {
        const type = checker.getTypeOfSymbol(property);
        const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseStructuralFallback;
        const text = checker.typeToString(type, program.getSourceFile(out), flags);
        const named = text.replace(/import\("([^"]+)"\)\.(\w+)/g, (_, path, imports) => {
          imported.set(imports, path);
          return imports;
        });
        return { name: property.name, named };
      })
      // The generator drops all of a type that has a property of none.
      .flatMap(({ name: property, named }) => (named === 'never' ? [] : [`  ${property}: ${named};`]));
    return `export interface ${name} {\n${lines.join('\n')}\n}`;
  });
  const imports = Array.from(imported, ([name, path]) => `import type { ${name} } from ${JSON.stringify(path)};`);
  writeFileSync(out, [...imports, ...written, ''].join('\n'));
  return out;
}
