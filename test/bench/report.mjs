// Writes a JUnit report of so many tests, of which every hundredth failed.
import { writeFileSync } from 'node:fs'

const [, , file, count] = process.argv
const tests = Array.from({ length: Number(count) }, (_, i) =>
  i % 100 === 0
    ? `<testcase classname="shop.Cart${i % 500}" name="test ${i}" time="0.01"><failure message="${i} is not ${i + 1}">at Cart.java:${i}</failure></testcase>`
    : `<testcase classname="shop.Cart${i % 500}" name="test ${i}" time="0.01"/>`,
)
writeFileSync(file, `<testsuite name="shop" tests="${count}">${tests.join('\n')}</testsuite>`)
