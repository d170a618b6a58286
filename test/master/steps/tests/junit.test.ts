import { expect, test } from 'vitest'
import type { Found } from '../../../../main/master/steps/tests/found.ts'
import { createReportReader } from '../../../../main/master/steps/tests/xml-report.ts'
import { createRandom } from '../../../helpers/random.ts'

function read(report: string | Uint8Array, size = 1 << 20) {
  const reader = createReportReader('a.xml')
  const bytes = Buffer.from(report)
  for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size))
  return reader.end()
}
const named = ({ tests }: Found) =>
  tests.map(
    ({ suite, name, outcome, durationMs, message }) =>
      `${suite} / ${name}: ${outcome} ${durationMs}${message ? ` ${message}` : ''}`,
  )
const brief = (report: string | Uint8Array) => named(read(report))
const told = (report: string | Uint8Array) =>
  read(report).troubles.map(({ grave, text }) => `${grave ? 'red' : 'warning'}: ${text}`)

test.each<[string, string, string[]]>([
  [
    'pytest',
    `<?xml version="1.0" encoding="utf-8"?>
     <testsuites><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="3" time="0.1">
       <testcase classname="tests.test_a" name="test_ok" time="0.001"/>
       <testcase classname="tests.test_a" name="test_bad" time="0.002">
         <failure message="assert 1 == 2">def test_bad():
&gt;   assert 1 == 2</failure></testcase>
       <testcase classname="tests.test_a" name="test_skip" time="0">
         <skipped type="pytest.skip" message="no">a.py:3: no</skipped></testcase>
     </testsuite></testsuites>`,
    [
      'tests.test_a / test_ok: passed 1',
      'tests.test_a / test_bad: failed 2 assert 1 == 2\ndef test_bad():\n>   assert 1 == 2',
      'tests.test_a / test_skip: skipped 0',
    ],
  ],
  [
    'Maven, with one suite as the root',
    `<testsuite name="org.CalcTest" tests="2"><properties><property name="a" value="b"/></properties>
       <testcase name="adds" classname="org.CalcTest" time="1.5"/>
       <testcase name="breaks" classname="org.CalcTest" time="0.25">
         <error type="java.lang.NullPointerException"><![CDATA[java.lang.NullPointerException
	at org.CalcTest]]></error><system-out>noise</system-out></testcase>
     </testsuite>`,
    [
      'org.CalcTest / adds: passed 1500',
      'org.CalcTest / breaks: failed 250 java.lang.NullPointerException\n\tat org.CalcTest',
    ],
  ],
  [
    'suites within suites, without classes',
    `<testsuites name="all"><testsuite name="outer"><testsuite name="inner">
       <testcase name="deep"/></testsuite><testcase name="shallow"/></testsuite></testsuites>`,
    ['inner / deep: passed null', 'outer / shallow: passed null'],
  ],
  [
    'ctest and gtest',
    `<testsuite name="build"><testcase name="a" status="run" time="1,5"/>
       <testcase name="b" status="fail"><failure message=""/></testcase>
       <testcase name="c"><failure/><failure message="twice"/></testcase></testsuite>`,
    ['build / a: passed 1500', 'build / b: failed null', 'build / c: failed null \ntwice'],
  ],
  [
    'entities and odd characters',
    `<testsuite name="&lt;s&gt; &amp; &quot;q&quot;"><testcase name="a&#10;b &#x1F600; ü" time="0"/></testsuite>`,
    ['<s> & "q" / a\nb 😀 ü: passed 0'],
  ],
  ['a mark of byte order at the start', '\uFEFF<testsuites></testsuites>', []],
  [
    'numbers as names stay texts',
    '<testsuite name="1.0"><testcase name="007"/></testsuite>',
    ['1.0 / 007: passed null'],
  ],
  ['no tests at all', '<testsuites/>', []],
  [
    'tests outside of suites',
    '<testsuites tests="2" failures="1"><testcase name="good"/><testcase name="bad"><failure message="m"/></testcase></testsuites>',
    [' / good: passed null', ' / bad: failed null m'],
  ],
  [
    'a suite that could not be loaded',
    '<testsuites errors="1"><testsuite name="cannot load" tests="0" errors="1"><error message="no module"/></testsuite></testsuites>',
    [' / cannot load: failed null no module'],
  ],
  [
    'prefixes of namespaces',
    '<j:testsuite xmlns:j="urn:x" name="s"><j:testcase name="a"><j:error message="m"/></j:testcase></j:testsuite>',
    ['s / a: failed null m'],
  ],
  [
    'all words for a test that did not run',
    `<testsuite name="s"><testcase name="a" status="notrun"/><testcase name="b" result="suppressed"/>
       <testcase name="c" status="disabled"/><testcase name="d" status="run" result="skipped"/>
       <testcase name="e" status="run" result="completed"/><testcase name="f"><disabled/></testcase></testsuite>`,
    ['a', 'b', 'c', 'd', 'e', 'f'].map(
      name => `s / ${name}: ${name === 'e' ? 'passed' : 'skipped'} null`,
    ),
  ],
  [
    'a status alone that says failed',
    '<testsuite name="s"><testcase name="a" status="failed"/></testsuite>',
    ['s / a: failed null'],
  ],
  [
    'times of all countries',
    `<testsuite name="s"><testcase name="a" time="1,234.5"/><testcase name="b" time="0,25"/>
       <testcase name="c" time="soon"/><testcase name="d" time=""/></testsuite>`,
    ['s / a: passed 1234500', 's / b: passed 250', 's / c: passed null', 's / d: passed null'],
  ],
  [
    'two documents in one file',
    `<?xml version="1.0"?><testsuite name="s"><testcase name="a"/></testsuite>
     <?xml version="1.0"?><testsuite name="t"><testcase name="b"><failure/></testcase></testsuite>`,
    ['s / a: passed null', 't / b: failed null'],
  ],
  [
    'words around it, bare signs and unknown entities',
    'Running tests\n<testsuite name="a & b"><testcase name="x &nbsp; &huh;"/></testsuite>\nDone',
    ['a & b / x \u00a0 &huh;: passed null'],
  ],
])('%s', (_, xml, tests) => {
  expect(brief(xml)).toEqual(tests)
})

test.each<[string, Uint8Array]>([
  [
    'UTF-8 with a mark',
    Buffer.from('\uFEFF<testsuite name="s"><testcase name="Größe"/></testsuite>'),
  ],
  [
    'UTF-16 with a mark',
    Buffer.from(
      '\uFEFF<?xml version="1.0" encoding="utf-16"?><testsuite name="s"><testcase name="Größe"/></testsuite>',
      'utf16le',
    ),
  ],
  [
    'UTF-16 of the other order, without a mark',
    Buffer.from('<testsuite name="s"><testcase name="Größe"/></testsuite>', 'utf16le').swap16(),
  ],
  [
    'Latin-1',
    Buffer.from(
      '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite name="s"><testcase name="Größe"/></testsuite>',
      'latin1',
    ),
  ],
  [
    'UTF-8 that says UTF-16',
    Buffer.from(
      '<?xml version="1.0" encoding="UTF-16"?><testsuite name="s"><testcase name="Größe"/></testsuite>',
    ),
  ],
])('a report in %s is read', (_, bytes) => {
  expect([brief(bytes), told(bytes)]).toEqual([['s / Größe: passed null'], []])
})

test.each<[string, string[]]>([
  ['', ['warning: a.xml is empty']],
  [' \n', ['warning: a.xml is empty']],
  ['{"a": 1}', ['warning: a.xml is not XML']],
  ['\0\0\0', ['warning: a.xml is not XML']],
  [
    '<testsuite name="s">\n<testcase name="a"/><testcase name="b"><failure message="x',
    ['red: a.xml is cut off in line 2, after 1 test'],
  ],
  [
    '<testsuite name="s"><testcase name="a"/></testsuites>',
    ['red: a.xml is damaged in line 1: Unexpected close tag, after 1 test'],
  ],
  [
    '<testsuites><testsuite name="s" tests="6" failures="2"/></testsuites>',
    ['warning: a.xml: it counts 6 tests with 2 failures and names none'],
  ],
  [
    '<testsuite tests="3"><testcase name="a"/></testsuite>',
    ['warning: a.xml: it counts 3 tests with 0 failures and names only 1'],
  ],
  [
    '<testsuite tests="1" errors="1"><testcase name="a"/></testsuite>',
    ['red: a.xml: it counts 1 failure and names none'],
  ],
  [
    '<?xml version="1.0" encoding="klingon"?><testsuite/>',
    ['warning: a.xml names an encoding that is not known: klingon'],
  ],
])('what %j lacks is told', (xml, troubles) => {
  expect(told(xml)).toEqual(troubles)
})

test('what a report only counts is counted', () => {
  const { unnamed } = read('<testsuite tests="6" failures="2" skipped="1"/>')
  expect(unnamed).toEqual({ passed: 3, failed: 2, skipped: 1 })
})

test('other documents are none of ours, and may be as odd as they like', () => {
  const { foreign, troubles, tests } = read('<coverage><class>a < b</class>')
  expect({ foreign, troubles, tests }).toEqual({ foreign: true, troubles: [], tests: [] })
})

test('it does not matter in which pieces a report comes', () => {
  const random = createRandom(7)
  const xml = `\uFEFF<testsuite name="s">${Array.from({ length: 40 }, (_, i) => `<testcase name="größe ${i} 😀"><failure message="m &amp; ${i}"><![CDATA[<${'x'.repeat(i)}>]]></failure></testcase>`).join('')}`
  for (const bytes of [Buffer.from(xml), Buffer.from(xml, 'utf16le')])
    expect(read(bytes, random.int(1, 40))).toEqual(read(bytes))
})

test('entities that grow without end are not unfolded', () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
    <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>
    <testsuite name="x"><testcase name="&d;"/></testsuite>`
  expect(brief(bomb)).toEqual(['x / &d;: passed null'])
})

test('a long message is cut', () => {
  const xml = `<testsuite><testcase name="a"><failure>${'x'.repeat(10_000)}</failure></testcase></testsuite>`
  expect(read(xml).tests[0]!.message.length).toBe(4000)
})

test('results of .NET are read from its own form of report', () => {
  const trx = `<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
    <UnitTestResult testId="1" testName="Shop.CartTests.Adds" outcome="Passed" duration="00:00:01.5000000"/>
    <UnitTestResult testId="2" testName="Shop.CartTests.Breaks(a: 1)" outcome="Failed"><Output><ErrorInfo>
      <Message>1 is not 2</Message><StackTrace>at Shop.CartTests</StackTrace></ErrorInfo></Output></UnitTestResult>
    <UnitTestResult testId="3" testName="Later" outcome="NotExecuted"/></Results>
    <TestDefinitions><UnitTest id="1"><TestMethod className="Shop.CartTests" name="Adds"/></UnitTest>
    <UnitTest id="2"><TestMethod className="Shop.CartTests, Shop" name="Breaks"/></UnitTest></TestDefinitions>
    <ResultSummary outcome="Failed"><Counters total="3" failed="1"/></ResultSummary></TestRun>`
  expect([brief(trx), told(trx)]).toEqual([
    [
      'Shop.CartTests / Adds: passed 1500',
      'Shop.CartTests / Breaks(a: 1): failed null 1 is not 2\nat Shop.CartTests',
      ' / Later: skipped null',
    ],
    [],
  ])
  expect(told('<TestRun><ResultSummary outcome="Aborted"/></TestRun>')).toEqual([
    'red: a.xml: the test run ended as "Aborted"',
  ])
})
