import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runInThisContext } from 'node:vm';

/** A node of the language service's syntax tree, as far as it is used here. */
export interface KustoNode {
  readonly ChildCount?: number;
  readonly TextStart: number;
  readonly Width: number;
  readonly Text?: string;
  readonly NameInParent?: string | null;
  readonly LiteralValue?: unknown;
  readonly ResultType?: { readonly Name: string } | null;
  readonly Diagnostics?: unknown;
  GetChild(index: number): KustoNode | null;
  ToString(): string;
}

interface KustoList<T> {
  readonly Count: number;
  getItem(index: number): T;
}

export interface KustoDiagnostic {
  readonly Severity: string;
  readonly Message: string;
  readonly Start: number;
  readonly Length: number;
}

export interface KustoCompletion {
  readonly Kind: number;
  readonly DisplayText: string;
  readonly MatchText: string;
  readonly BeforeText: string | null;
  readonly AfterText: string | null;
}

interface KustoCode {
  readonly Kind: string;
  readonly Syntax: KustoNode;
  GetDiagnostics(): KustoList<KustoDiagnostic>;
}

/** What the two scripts leave in the global scope. Constructors are numbered by their overload. */
interface KustoGlobals {
  readonly Bridge: { getTypeName(value: unknown): string };
  readonly System: {
    readonly Collections: {
      readonly Generic: {
        List$1(type: unknown): { ctor: new () => { add(item: unknown): void } };
      };
    };
  };
  readonly Kusto: {
    readonly Language: {
      readonly GlobalState: {
        readonly Default: { WithDatabase(database: unknown): unknown };
      };
      readonly KustoCode: { ParseAndAnalyze(text: string, globals: unknown): KustoCode };
      readonly Symbols: {
        readonly Symbol: unknown;
        readonly TableSymbol: {
          $ctor7: new (name: string, schema: string, description: string) => unknown;
        };
        readonly DatabaseSymbol: {
          $ctor1: new (name: string, members: unknown, isOpen: boolean) => unknown;
        };
      };
      readonly Editor: {
        readonly KustoCodeService: {
          $ctor1: new (
            text: string,
            globals: unknown,
          ) => {
            GetCompletionItems(position: number): {
              readonly Items: KustoList<KustoCompletion>;
              readonly EditStart: number;
              readonly EditLength: number;
            };
          };
        };
      };
    };
  };
}

/** A class as the language service is told of it; `schema`: `(DeviceId:string, Name:string)`. */
export interface KustoTable {
  readonly name: string;
  readonly schema: string;
  readonly description: string;
}

/** The language service with a schema. */
export interface Kusto {
  parse(text: string): {
    readonly kind: string;
    readonly syntax: KustoNode;
    readonly diagnostics: readonly KustoDiagnostic[];
  };
  complete(
    text: string,
    position: number,
  ): {
    readonly start: number;
    readonly length: number;
    readonly items: readonly KustoCompletion[];
  };
  /** Name of the node's class, without its name space and type parameters. */
  typeOf(node: KustoNode): string;
}

/** Loads the official scripts into this thread's global scope, in the one order that works. */
export function loadKusto(tables: readonly KustoTable[]): Kusto {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@kusto/language-service-next/package.json'));
  for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) {
    runInThisContext(readFileSync(join(folder, file), 'utf8'), { filename: file });
  }
  // What the scripts define, which brings no types that could be used.
  const { Bridge, System, Kusto } = globalThis as unknown as KustoGlobals;
  const { Symbols, GlobalState, KustoCode, Editor } = Kusto.Language;
  const members = new (System.Collections.Generic.List$1(Symbols.Symbol).ctor)();
  for (const { name, schema, description } of tables) {
    members.add(new Symbols.TableSymbol.$ctor7(name, schema, description));
  }
  const database = new Symbols.DatabaseSymbol.$ctor1('inventory', members, false);
  const globals = GlobalState.Default.WithDatabase(database);
  return {
    parse(text) {
      const code = KustoCode.ParseAndAnalyze(text, globals);
      return {
        kind: code.Kind,
        syntax: code.Syntax,
        diagnostics: itemsOf(code.GetDiagnostics()),
      };
    },
    complete(text, position) {
      const found = new Editor.KustoCodeService.$ctor1(text, globals).GetCompletionItems(position);
      return {
        start: found.EditStart,
        length: found.EditLength,
        items: itemsOf(found.Items),
      };
    },
    typeOf: (node) => {
      const name = Bridge.getTypeName(node);
      return name.slice(name.lastIndexOf('.', name.search(/\[|$/)) + 1);
    },
  };
}

function itemsOf<T>(list: KustoList<T>): T[] {
  return Array.from({ length: list.Count }, (_, index) => list.getItem(index));
}
