import { openSlapdBench } from '../support/directory-slapd.ts'
import { needs } from '../support/needs.ts'
import { companyDirectoryContract } from './directory.contract.ts'

companyDirectoryContract('slapd', openSlapdBench, needs('slapd'))
