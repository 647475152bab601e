import { openLocalBench } from '../support/directory-local.ts'
import { directoryContract } from './directory.contract.ts'

directoryContract('local', openLocalBench)
