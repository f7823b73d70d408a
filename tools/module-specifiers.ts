/** A module that a source file names, and the line where it does. */
export interface ModuleSpecifier {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
  /** Its file is looked up by `require.resolve`; nothing is imported. */
  readonly isLookup?: true;
}

interface Token {
  readonly kind: 'word' | 'string' | 'punctuation';
  readonly text: string;
  readonly line: number;
}

/**
 * Every module that `source` (TypeScript, with or without JSX) imports or re-exports by a literal name:
 * static, dynamic, type-only, for its effects, or by `require` or `require.resolve`. Comments and strings do not count.
 */
export function moduleSpecifiers(source: string): readonly ModuleSpecifier[] {
  const tokens = tokenize(source);
  return tokens.flatMap((token, index) => {
    if (token.kind !== 'word' || tokens[index - 1]?.text === '.') return [];
    const found =
      token.text === 'import'
        ? (literalCall(tokens, index) ?? effectImport(tokens, index) ?? fromClause(tokens, index))
        : token.text === 'export'
          ? fromClause(tokens, index)
          : token.text === 'require'
            ? literalCall(tokens, index)
            : undefined;
    if (found) return [{ specifier: found.text, line: found.line }];
    const looked = token.text === 'require' ? resolveCall(tokens, index) : undefined;
    return looked ? [{ specifier: looked.text, line: looked.line, isLookup: true }] : [];
  });
}

function literalCall(tokens: readonly Token[], index: number): Token | undefined {
  const argument = tokens[index + 2];
  return tokens[index + 1]?.text === '(' && argument?.kind === 'string' ? argument : undefined;
}

/** `require.resolve('…')`. */
function resolveCall(tokens: readonly Token[], index: number): Token | undefined {
  const isResolve = tokens[index + 1]?.text === '.' && tokens[index + 2]?.text === 'resolve';
  return isResolve ? literalCall(tokens, index + 2) : undefined;
}

function effectImport(tokens: readonly Token[], index: number): Token | undefined {
  const next = tokens[index + 1];
  return next?.kind === 'string' ? next : undefined;
}

/** The string after `from`, when only what an import or export list is made of stands before it. */
function fromClause(tokens: readonly Token[], index: number): Token | undefined {
  for (let at = index + 1; at < tokens.length; at++) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (!token) return undefined;
    if (token.kind === 'word' && token.text === 'from' && next?.kind === 'string') return next;
    if (token.kind === 'punctuation' && !'{},*'.includes(token.text)) return undefined;
  }
  return undefined;
}

const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const STRING = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y;
const REGEX = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const SPACE = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
const BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
  'yield',
]);

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  // Depths of braces at which a template's `${` was opened.
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  let line = 1;
  let counted = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const push = (kind: Token['kind'], text: string): void => {
    for (; counted < at; counted++) if (source[counted] === '\n') line++;
    tokens.push({ kind, text, line });
  };
  const templateText = (): void => {
    const text = match(TEMPLATE_TEXT) ?? '';
    const whole = source[at + text.length] === '`';
    if (whole && source[at - 1] === '`') push('string', text);
    at += text.length;
    if (source[at] === '$') {
      templates.push(depth++);
      at += 2;
    } else {
      at += 1;
    }
  };

  while (at < source.length) {
    const space = match(SPACE);
    if (space) {
      at += space.length;
      continue;
    }
    const character = source[at] ?? '';
    const literal = match(STRING);
    const word = match(WORD);
    const regex = character === '/' && regexMayStart(tokens.at(-1)) ? match(REGEX) : undefined;
    if (literal) {
      push('string', literal.slice(1, -1));
      at += literal.length;
    } else if (word) {
      push('word', word);
      at += word.length;
    } else if (regex) {
      push('punctuation', regex);
      at += regex.length;
    } else if (character === '`') {
      at += 1;
      templateText();
    } else if (character === '}' && templates.at(-1) === depth - 1) {
      depth = templates.pop() ?? 0;
      at += 1;
      templateText();
    } else {
      if (character === '{') depth++;
      if (character === '}') depth--;
      push('punctuation', character);
      at += 1;
    }
  }
  return tokens;
}

function regexMayStart(previous: Token | undefined): boolean {
  if (!previous) return true;
  if (previous.kind === 'word') return BEFORE_REGEX.has(previous.text);
  return previous.kind === 'punctuation' && !')]}'.includes(previous.text);
}
