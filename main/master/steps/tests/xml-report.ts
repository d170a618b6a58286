import sax from 'sax'
import { type Found, NOTHING_FOUND, several, type Trouble } from './found.ts'
import { createJunitForm } from './junit.ts'
import { createTrxForm } from './trx.ts'
import { createXmlDecoder } from './xml-text.ts'

// Messages stand in attributes, too, and may be long. The size of a report is limited elsewhere.
Object.assign(sax, { MAX_BUFFER_LENGTH: Number.POSITIVE_INFINITY })

/** One kind of XML report: takes the elements of a document, without prefixes. */
export interface ReportForm {
  open(name: string, attributes: Attributes): void
  text(text: string): void
  close(): void
  /** `whole` is false when the document broke off. */
  end(whole: boolean): Found
}

export type Attributes = Readonly<Record<string, string>>

/** The kinds of XML reports, by the names of their first elements. */
const FORMS: Readonly<Record<string, () => ReportForm>> = {
  testsuites: createJunitForm,
  testsuite: createJunitForm,
  TestRun: createTrxForm,
}

export interface ReportReading extends Found {
  /** It is a good document, but no report. */
  readonly foreign: boolean
}

export interface ReportReader {
  write(bytes: Uint8Array): void
  end(): ReportReading
}

// These leave all elements where they are: a bare `&`, an unknown entity, words around the document.
const HARMLESS =
  /^(Invalid character|Text data outside|Non-whitespace before|Inappropriately located|Malformed comment|Attribute without)/
const MOST_FAULTS = 1000

/** Reads an XML report as it comes: any encoding, any prefixes, several documents one after the other. */
export function createReportReader(path: string): ReportReader {
  const decoder = createXmlDecoder()
  const parser = sax.parser(true, {})
  const found: Found[] = []
  const troubles: Trouble[] = []
  let form: ReportForm | undefined
  let root: string | undefined
  let depth = 0
  let faults = 0
  let broken: string | undefined
  let empty = true
  let elements = 0

  parser.onerror = error => {
    const [what = ''] = error.message.split('\n')
    if (!HARMLESS.test(what) && !/^(Unclosed root|Unexpected end)/.test(what))
      broken ??= `${path} is damaged in line ${parser.line + 1}: ${what.replace(/\.$/, '')}`
    if (++faults > MOST_FAULTS) broken ??= `${path} is not XML`
    parser.error = null as unknown as Error
  }
  parser.onopentag = ({ name, attributes }) => {
    elements++
    const local = localName(name)
    if (depth++ === 0) {
      root ??= local
      form = FORMS[local]?.()
    }
    form?.open(local, attributes as Record<string, string>)
  }
  parser.ontext = text => form?.text(text)
  parser.oncdata = text => form?.text(text)
  parser.onclosetag = () => {
    form?.close()
    if (--depth > 0) return
    if (form) found.push(form.end(true))
    form = undefined
  }

  return {
    write(bytes) {
      read(decoder.write(bytes))
    },
    end() {
      read(decoder.end())
      const line = parser.line + 1
      if (broken === undefined) closeParser()
      const cut = broken ?? (depth > 0 ? `${path} is cut off in line ${line}` : undefined)
      if (form) found.push(form.end(false))
      const tests = found.flatMap(one => one.tests)
      const foreign = root !== undefined && found.length === 0
      if (empty) tell(false, `${path} is empty`)
      else if (elements === 0) tell(false, `${path} is not XML`)
      // What is no report may be as odd as it likes.
      else if (cut !== undefined && !foreign)
        tell(true, `${cut}, after ${several(tests.length, 'test')}`)
      if (decoder.unknown !== undefined)
        tell(false, `${path} names an encoding that is not known: ${decoder.unknown}`)
      for (const one of found)
        for (const { grave, text } of one.troubles) tell(grave, `${path}: ${text}`)
      const unnamed = found.reduce(
        (sum, one) => ({
          passed: sum.passed + one.unnamed.passed,
          failed: sum.failed + one.unnamed.failed,
          skipped: sum.skipped + one.unnamed.skipped,
        }),
        NOTHING_FOUND.unnamed,
      )
      return { tests, unnamed, troubles, foreign }
    },
  }

  function read(text: string) {
    if (text.length === 0 || broken !== undefined) return
    empty &&= text.trim() === ''
    parser.write(text)
  }

  function closeParser() {
    try {
      parser.close()
    } catch {
      // It says again that it is cut off.
    }
  }

  function tell(grave: boolean, text: string) {
    troubles.push({ grave, text })
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
