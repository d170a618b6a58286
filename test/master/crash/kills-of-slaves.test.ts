import { testKills } from '../../helpers/crashes.ts'

testKills(4, 0.5)
