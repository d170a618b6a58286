/** Variables of a slave that say how builds on it come out: languages, search paths, compilers and their options. */
const TELLING = new Set(
  `PATH SHELL LANG LANGUAGE LC_ALL LC_CTYPE LC_COLLATE LC_NUMERIC LC_TIME TZ SOURCE_DATE_EPOCH
   CC CXX CPP LD AR CFLAGS CXXFLAGS CPPFLAGS LDFLAGS MAKEFLAGS LD_LIBRARY_PATH LD_PRELOAD LIBRARY_PATH
   CPATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH CMAKE_GENERATOR DYLD_LIBRARY_PATH MACOSX_DEPLOYMENT_TARGET SDKROOT
   JAVA_HOME JAVA_TOOL_OPTIONS CLASSPATH MAVEN_OPTS GRADLE_OPTS ANDROID_HOME GOPATH GOFLAGS GOPROXY GOTOOLCHAIN
   RUSTFLAGS RUSTUP_TOOLCHAIN CARGO_HOME NODE_OPTIONS NODE_PATH PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX
   RUBYOPT RUBYLIB GEM_HOME PERL5LIB DOCKER_HOST DISPLAY HTTP_PROXY HTTPS_PROXY NO_PROXY`.split(
    /\s+/,
  ),
)

/** Those that an environment has, by name. What it holds besides may be secret, and stays where it is. */
export function tellingVariables(environment: unknown): Record<string, string> {
  if (typeof environment !== 'object' || environment === null) return {}
  return Object.fromEntries(
    Object.entries(environment).filter(
      // Windows writes "Path"; proxies go by small letters too.
      ([name, value]) => typeof value === 'string' && TELLING.has(name.toUpperCase()),
    ),
  )
}
