import type { PropertyValue } from '../model.ts'

/** What a name stands for while a build runs. `undefined` when there is no such thing. */
export type Lookup = (path: readonly string[]) => PropertyValue | undefined

/** Thrown when an expression can't be read, or names what is not there. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

type Node =
  | { readonly kind: 'value'; readonly value: PropertyValue }
  | { readonly kind: 'name'; readonly path: readonly string[] }
  | { readonly kind: 'not'; readonly of: Node }
  | {
      readonly kind: 'binary'
      readonly op: (typeof OPERATORS)[number][number]
      readonly left: Node
      readonly right: Node
    }

// What nobody writes by hand; each level takes a part of the stack.
const MOST_NESTED = 100
const MOST_TOKENS = 1000

// From the loosest to the tightest.
const OPERATORS = [['??'], ['||'], ['&&'], ['==', '!=']] as const
const TOKEN =
  /\s*(\?\?|\|\||&&|==|!=|!|\(|\)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|[A-Za-z_][\w-]*(?:\.[\w-]+)*)/y

/**
 * Reads the small language of `if:` and `${{ }}`: names such as `prop.branch`
 * and `slave.name`, texts, numbers, `== != ! && ||`, parentheses, and `??` for a
 * default.
 *
 * @throws ExpressionError that shows where it could not be read.
 */
export function parseExpression(text: string): (lookup: Lookup) => PropertyValue {
  const tokens = tokenize(text)
  if (tokens.length > MOST_TOKENS)
    throw new ExpressionError(`"${text.slice(0, 60)}…" is too long; it has ${tokens.length} parts`)
  let next = 0
  let depth = 0
  const node = binary(0)
  if (next < tokens.length) throw unreadable(text, tokens[next]!)
  return lookup => evaluate(node, lookup)

  function binary(level: number): Node {
    const operators = OPERATORS[level] as readonly string[] | undefined
    if (!operators) return unary()
    let left = binary(level + 1)
    while (operators.includes(tokens[next] ?? '')) {
      const op = tokens[next++] as Extract<Node, { kind: 'binary' }>['op']
      left = { kind: 'binary', op, left, right: binary(level + 1) }
    }
    return left
  }

  function unary(): Node {
    if (++depth > MOST_NESTED)
      throw new ExpressionError(`"${text.slice(0, 60)}…" is nested too deeply`)
    const node = innermost()
    depth--
    return node
  }

  function innermost(): Node {
    const token = tokens[next++]
    if (token === undefined) throw new ExpressionError(`"${text}" ends too early`)
    if (token === '!') return { kind: 'not', of: unary() }
    if (token === '(') {
      const inner = binary(0)
      if (tokens[next++] !== ')') throw new ExpressionError(`"${text}": a ")" is missing`)
      return inner
    }
    if (/^["']/.test(token)) return { kind: 'value', value: unquote(token) }
    if (/^-?\d/.test(token)) return { kind: 'value', value: Number(token) }
    if (token === 'true' || token === 'false') return { kind: 'value', value: token === 'true' }
    if (/^[A-Za-z_]/.test(token)) return { kind: 'name', path: token.split('.') }
    throw unreadable(text, token)
  }
}

function evaluate(node: Node, lookup: Lookup): PropertyValue {
  switch (node.kind) {
    case 'value':
      return node.value
    case 'name': {
      const value = lookup(node.path)
      if (value === undefined) throw new ExpressionError(`there is no ${describeName(node.path)}`)
      return value
    }
    case 'not':
      return !isTrue(evaluate(node.of, lookup))
    case 'binary':
      return evaluateBinary(node, lookup)
  }
}

function evaluateBinary(node: Extract<Node, { kind: 'binary' }>, lookup: Lookup): PropertyValue {
  if (node.op === '??') return evaluateIfThere(node.left, lookup) ?? evaluate(node.right, lookup)
  const left = evaluate(node.left, lookup)
  switch (node.op) {
    case '||':
      return isTrue(left) ? left : evaluate(node.right, lookup)
    case '&&':
      return isTrue(left) ? evaluate(node.right, lookup) : left
    case '==':
      return asText(left) === asText(evaluate(node.right, lookup))
    case '!=':
      return asText(left) !== asText(evaluate(node.right, lookup))
  }
}

// Before a `??`, the only place where a name that is not there is no error.
function evaluateIfThere(node: Node, lookup: Lookup): PropertyValue | undefined {
  if (node.kind === 'name') return lookup(node.path)
  if (node.kind === 'binary' && node.op === '??')
    return evaluateIfThere(node.left, lookup) ?? evaluateIfThere(node.right, lookup)
  return evaluate(node, lookup)
}

export function isTrue(value: PropertyValue): boolean {
  return value !== false && value !== null && value !== '' && value !== 0 && value !== 'false'
}

export function asText(value: PropertyValue): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function describeName(path: readonly string[]): string {
  const [scope, ...rest] = path
  const name = rest.join('.')
  if (scope === 'prop') return `property "${name}"`
  if (scope === 'secret') return `secret "${name}"`
  if (scope === 'slave') return `"${name}" of a slave`
  return `name "${path.join('.')}"; names begin with prop., slave. or secret.`
}

function tokenize(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  let end = 0
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    tokens.push(match[1]!)
    end = TOKEN.lastIndex
  }
  const rest = text.slice(end).trim()
  if (rest !== '') throw unreadable(text, rest)
  return tokens
}

function unquote(token: string): string {
  return token.slice(1, -1).replace(/\\(.)/g, '$1')
}

function unreadable(text: string, at: string): ExpressionError {
  return new ExpressionError(`"${text}" can't be read at "${at}"`)
}
