import {Composer, isMap, isScalar, LineCounter, Parser, visit, type Document, type YAMLParseError} from 'yaml'

/** More problems than this help nobody. */
const SHOWN = 5

export type ParsedYaml = {document: Document.Parsed; ok: true} | {ok: false; problems: readonly string[]}

/**
 * Parses YAML that may mean harm, in time that grows no faster than the text: yaml's own duplicate-key check and its
 * pretty errors are quadratic (minutes for 1 MB), so the first are found here and the second are not asked for.
 */
export function parseYaml(source: string): ParsedYaml {
  const lines = new LineCounter()
  const tokens = []
  for (const token of new Parser(lines.addNewLine).parse(source)) {
    if (token.type === 'error') return {ok: false, problems: [`${token.message} at ${position(lines, token.offset)}`]}
    tokens.push(token)
  }

  const composer = new Composer({prettyErrors: false, uniqueKeys: false})
  const documents = [...composer.compose(tokens, true, source.length)]
  if (documents.length > 1) return {ok: false, problems: ['there is more than one document in it']}
  const document = documents[0]!
  const problems = document.errors.length > 0 ? document.errors.map((error) => told(error, lines)) : duplicates(document, lines)
  return problems.length > 0 ? {ok: false, problems: [...new Set(problems)].slice(0, SHOWN)} : {document, ok: true}
}

function position(lines: LineCounter, offset: number): string {
  const {col, line} = lines.linePos(offset)
  return `line ${line}, column ${col}`
}

function told(error: YAMLParseError, lines: LineCounter): string {
  const what = error.message.startsWith('Maximum call stack') ? 'it is nested too deeply' : error.message
  return `${what} at ${position(lines, error.pos[0])}`
}

function duplicates(document: Document.Parsed, lines: LineCounter): string[] {
  const found: string[] = []
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>()
      for (const {key} of map.items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) {
          found.push(`${JSON.stringify(key.value)} is given twice, again at ${position(lines, key.range?.[0] ?? 0)}`)
        }

        seen.add(key.value)
      }
    },
  })
  return found
}

/** The top level is a mapping, or there is nothing at all. */
export const isMapping = (document: Document.Parsed): boolean =>
  isMap(document.contents) || document.contents === null || (isScalar(document.contents) && document.contents.value === null)
