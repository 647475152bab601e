import { openSambaBench } from '../support/directory-samba.ts'
import { needs } from '../support/needs.ts'
import { companyDirectoryContract } from './directory.contract.ts'

companyDirectoryContract('samba', openSambaBench, needs('samba'))
