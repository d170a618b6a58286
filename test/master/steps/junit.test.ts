import { expect, test } from 'vitest'
import { readJunit } from '../../../main/master/steps/junit.ts'

const brief = (xml: string) =>
  readJunit(xml).tests?.map(
    ({ suite, name, outcome, durationMs, message }) =>
      `${suite} / ${name}: ${outcome} ${durationMs}${message ? ` ${message}` : ''}`,
  )

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
    ['build / a: passed null', 'build / b: failed null', 'build / c: failed null \ntwice'],
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
])('%s', (_, xml, tests) => {
  expect(brief(xml)).toEqual(tests)
})

test.each([
  ['', 'not XML: Start tag expected. (line 1)'],
  ['<html><body/></html>', 'not a JUnit report'],
  ['<testsuite name="a"><testcase', expect.stringMatching(/^not XML: /)],
  ['{"a": 1}', expect.stringMatching(/^not /)],
  ['\0\0\0', expect.stringMatching(/^not /)],
])('%j is refused', (xml, problem) => {
  expect(readJunit(xml)).toEqual({ problem })
})

test('entities that grow without end are not unfolded', () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
    <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>
    <testsuite name="x"><testcase name="&d;"/></testsuite>`
  const read = readJunit(bomb)
  expect((read.tests?.[0]?.name ?? '').length).toBeLessThan(2000)
})

test('a long message is cut', () => {
  const xml = `<testsuite><testcase name="a"><failure>${'x'.repeat(10_000)}</failure></testcase></testsuite>`
  expect(readJunit(xml).tests![0]!.message.length).toBe(4000)
})
