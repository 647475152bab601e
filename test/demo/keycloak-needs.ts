import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { isHere, NEEDS } from '../support/needs.ts'

const JAVA_MIN = 17
const OLDEST_JDK = `openjdk-${JAVA_MIN}-jdk-headless`
const MAVEN_MIN = '3.6.3'

/** Sentences with what is missing or too old, and the command that brings it. */
export function whatKeycloakLacks(isCheck: boolean): string | undefined {
  const java = javaProblem()
  const problems = [
    java?.says,
    mavenProblem(),
    isHere('unzip') ? undefined : 'unzip is not here.',
    isCheck && !isHere('chromium') ? 'Chromium is not here, which --check drives.' : undefined,
  ].filter((problem) => problem !== undefined)
  if (problems.length === 0) return undefined
  return [
    '--keycloak starts a real one, which needs Java 17 or newer (a JDK), Maven and unzip.',
    ...problems,
    `${process.platform === 'darwin' ? onMac(isCheck) : onDebian(isCheck, java?.isOther === true)} Then run this again.`,
  ].join('\n')
}

/** Another Java that is found first has to be put aside. */
type JavaProblem = { readonly says: string; readonly isOther: boolean }

/** Maven needs the compiler too, which a mere JRE lacks. */
function javaProblem(): JavaProblem | undefined {
  const home = process.env['JAVA_HOME'] ?? ''
  const place = home === '' ? '' : ` in JAVA_HOME=${home}`
  for (const name of ['java', 'javac']) {
    const { stdout, stderr } = output(home === '' ? name : join(home, 'bin', name), ['-version'])
    const version = /(?:version "|^javac )(\d[\w.+-]*)/m.exec(`${stdout}\n${stderr}`)?.[1]
    if (version === undefined)
      return { says: `Java's ${name} is not here${place}.`, isOther: home !== '' }
    if (Number.parseInt(version, 10) < JAVA_MIN)
      return { says: `Java's ${name}${place} is ${version}, which is too old.`, isOther: true }
  }
  return undefined
}

function mavenProblem(): string | undefined {
  if (!isHere('mvn')) return 'Maven (mvn) is not here.'
  const { stdout } = output('mvn', ['-version'])
  const version = /Apache Maven ([\d.]+)/.exec(stdout)?.[1]
  // Without Java it cannot say which it is; that is told anyway.
  if (version === undefined || isAtLeast(version, MAVEN_MIN)) return undefined
  return `Maven is ${version}, and the oldest that will do is ${MAVEN_MIN}.`
}

/** An older Debian's default is Java 11. */
function onDebian(isCheck: boolean, isOtherJava: boolean): string {
  const wanted = ['mvn', 'unzip', ...(isCheck ? ['chromium'] : [])]
  const packages = NEEDS.filter(({ command }) => wanted.includes(command))
    .flatMap((need): readonly string[] => need.packages)
    .map((name) => (isOtherJava && name === 'default-jdk-headless' ? OLDEST_JDK : name))
  const install = `apt-get install --no-install-recommends ${packages.join(' ')}`
  const home = '/usr/lib/jvm/java-17-openjdk-$(dpkg --print-architecture)'
  const aside = isOtherJava ? `, and in this shell \`export JAVA_HOME=${home}\`` : ''
  return `On Debian, as root, run \`${install}\`${aside}.`
}

function onMac(isCheck: boolean): string {
  const home = '$(brew --prefix openjdk@21)/libexec/openjdk.jdk/Contents/Home'
  const check = isCheck ? ' --check runs on Debian alone.' : ''
  return `On macOS run \`brew install maven openjdk@21 && export JAVA_HOME="${home}"\`.${check}`
}

function output(command: string, line: readonly string[]) {
  const { stdout, stderr } = spawnSync(command, line, { encoding: 'utf8' })
  return { stdout: stdout ?? '', stderr: stderr ?? '' }
}

function isAtLeast(version: string, min: string): boolean {
  const [have, want] = [version, min].map((one) => one.split('.').map(Number))
  for (const [n, part] of (want ?? []).entries()) {
    const mine = have?.[n] ?? 0
    if (mine !== part) return mine > part
  }
  return true
}
