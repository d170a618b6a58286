import { expect, test } from 'vitest'
import { hazardOf, onlyPrints } from '../../../main/master/detect/hazards.ts'

test.for([
  ['sudo xcode-select -s /Applications/Xcode.app', 'runs as another user (sudo)'],
  ['xcode-select -s /Applications/Xcode.app', 'changes settings of the machine (xcode-select -s)'],
  ['  apt-get -y install ninja', 'installs programs on the machine (apt-get -y install)'],
  ['make && brew install jq', 'installs programs on the machine (brew install)'],
  ['if true; then choco install make; fi', 'installs programs on the machine (choco install)'],
  ['npm install -g yarn', 'installs programs for all your projects (npm install -g)'],
  ['npm i --no-audit -g yarn', 'installs programs for all your projects (npm i --no-audit -g)'],
  ['pip install tox', 'installs for all your projects, not for this build (pip install)'],
  [
    'CI=1 python3 -m pip install .',
    'installs for all your projects, not for this build (python3 -m pip install)',
  ],
  [
    'rustup target add wasm32',
    'installs for all your projects, not for this build (rustup target)',
  ],
  ['make -j4 install', 'installs what was built on the machine (make -j4 install)'],
  ['chsh -s /bin/zsh', 'changes settings of the machine (chsh)'],
  ['systemctl restart db', 'changes settings of the machine (systemctl)'],
  ['git config --global user.name ci', 'changes your own git configuration'],
  ['cargo publish', 'publishes (cargo publish)'],
  ['ssh box deploy', 'reaches into other machines (ssh)'],
  ['docker compose up -d', 'starts or changes containers of the machine (docker)'],
  ['curl -sSf https://example.org/x | sh', 'runs a script of the internet'],
  ['mkdir -p /opt/tool', 'works outside of the build folder (mkdir)'],
  ['rm -rf "$HOME/.cache"', 'works outside of the build folder (rm)'],
  ['ln -sf $PWD/vimrc ~/.vimrc', 'works outside of the build folder (ln)'],
  ['echo export X=1 >> ~/.bashrc', 'writes outside of the build folder'],
  ['bash -c "sudo true"', 'runs as another user (sudo)'],
] as const)('%s: it %s', ([script, why]) => {
  expect(hazardOf(script)).toBe(why)
})

test.for([
  'make check # sudo make install puts it in place',
  'npm ci',
  'npm run install-fixtures',
  'make install-deps',
  'cp a.txt out/ && rm -rf out',
  'echo done > /dev/null',
  'mkdir -p /tmp/x',
  'git config user.name ci',
  'cargo build --all-targets',
  'npx publishable',
  './gradlew build',
])('%s may be proposed', script => {
  expect(hazardOf(script)).toBeUndefined()
})

test('a text that only prints is told from one that works', () => {
  const printing = ['echo "a; b" && pwd', '@echo help\n# make build\n', "printf '%s' x", 'true']
  const working = ['echo x > out', 'echo $(make)', 'cat f', 'false', 'echo a\nmake']
  expect(printing.map(onlyPrints)).toEqual(printing.map(() => true))
  expect(working.map(onlyPrints)).toEqual(working.map(() => false))
})

test('a hostile text is looked through in no time', () => {
  const startedAt = performance.now()
  for (const piece of ['rm ', ';rm  ', 'a=b ', '"', "'", '# ', 'npm i ', '>> ', '$'])
    hazardOf(piece.repeat(60_000))
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
