import { testChannel } from '../small-run.ts'

testChannel('postgres')
