import { testKills } from '../../helpers/crashes.ts'

testKills(2)
