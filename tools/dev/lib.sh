# Shared by the verbs: messages, packages, Node modules, build. Sourced with the repository root as current folder.
# shellcheck shell=bash

say() { printf '%s\n' "dev: $*" >&2; }
die() {
  say "$*"
  exit 1
}

# Programs must find a place for their caches whatever HOME is.
prepare_environment() {
  export LC_ALL=${LC_ALL:-C.UTF-8} LANG=${LANG:-C.UTF-8}
  if [ -z "${HOME:-}" ] || [ ! -w "${HOME:-/nonexistent}" ]; then
    mkdir -p .cache/home
    export HOME=$PWD/.cache/home
  fi
}

# package_names KIND: the names in tools/packages.txt of this kind that no command of the machine replaces.
package_names() {
  local wanted=" $1 " name words word kind command
  while read -r name words; do
    [[ -z $name || $name == \#* ]] && continue
    kind=build command=
    for word in $words; do
      case $word in
        command=*) command=${word#command=} ;;
        *) kind=$word ;;
      esac
    done
    [[ $wanted == *" $kind "* ]] || continue
    [[ -n $command ]] && command -v "$command" >/dev/null && continue
    echo "$name"
  done <tools/packages.txt
}

# missing_packages NAME...: those that dpkg does not have installed.
missing_packages() {
  local -A present=()
  local name status
  while read -r name status; do
    [[ $status == installed ]] && present[${name%%:*}]=1
  done < <(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
  for name in "$@"; do
    [[ -n ${present[$name]:-} ]] || echo "$name"
  done
}

# need_packages KIND...: installs what is missing with apt; says what to do where it may not.
need_packages() {
  command -v dpkg-query >/dev/null || die "this is not Debian: install the counterparts of tools/packages.txt by hand"
  local names missing as_root=()
  mapfile -t names < <(package_names "$*")
  [ ${#names[@]} -gt 0 ] || return 0
  mapfile -t missing < <(missing_packages "${names[@]}")
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${#missing[@]} packages: ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "run as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  apt_install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
      -o DPkg::Lock::Timeout=300 "${missing[@]}" </dev/null >&2
  }
  # The lists of a fresh machine are empty or old: read them once, then install.
  "${as_root[@]}" apt-get update -q -o DPkg::Lock::Timeout=300 </dev/null >&2 || say "apt-get update failed; trying with the old lists"
  apt_install || die "apt-get could not install the packages; run by hand: apt-get install ${missing[*]}"
}

# How many compilers at once: one a core, and 1.2 GB of free memory for each.
build_jobs() {
  local cores memory_mb jobs
  cores=$(nproc)
  memory_mb=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
  jobs=$((memory_mb / 1200))
  [ "$jobs" -lt "$cores" ] || jobs=$cores
  [ "$jobs" -ge 1 ] || jobs=1
  echo "${MATVEY_JOBS:-$jobs}"
}

# configure DIR [-DNAME=VALUE...]: runs cmake when the folder is new or its options changed; ninja sees to the rest.
configure() {
  local dir=$1 stamp options
  shift
  options="$PWD $*"
  stamp=$dir/.configured
  [ -f "$dir/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$options" ] && return 0
  mkdir -p "$dir"
  rm -f "$stamp" "$dir"/CMakeFiles/*.dir/cmake_pch.hxx.gch
  cmake -G Ninja -S . -B "$dir" "$@" >"$dir/configure.log" 2>&1 || {
    cat "$dir/configure.log" >&2
    die "cmake failed in $dir"
  }
  printf '%s' "$options" >"$stamp"
}

# compile DIR [TARGET...]: ninja, quiet where nobody watches.
compile() {
  local dir=$1
  shift
  local quiet=()
  [ -t 1 ] || quiet=(--quiet)
  ninja -C "$dir" -j "$(build_jobs)" "${quiet[@]}" "$@"
}

release_options=(-DCMAKE_BUILD_TYPE=Release)
asan_options=(-DCMAKE_BUILD_TYPE=Debug "-DMATVEY_SANITIZE=address,undefined")
tsan_options=(-DCMAKE_BUILD_TYPE=Debug -DMATVEY_SANITIZE=thread)
clang_options=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=clang++ -DMATVEY_CHECK_HEADERS=ON)
fuzz_options=(-DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++ -DMATVEY_FUZZ=ON)

# need_node_modules: npm ci when web/package-lock.json is not the one last installed.
need_node_modules() {
  [ -f web/package-lock.json ] || return 0
  local sum stamp=web/node_modules/.matvey-lock
  sum=$(sha256sum <web/package-lock.json)
  [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return 0
  say "installing Node modules"
  npm ci --prefix web --no-audit --no-fund --loglevel=error </dev/null >&2 || die "npm ci failed in web"
  printf '%s' "$sum" >"$stamp"
}

# build_web: the web interface in web/dist, when something it is made of changed since.
build_web() {
  [ -f web/package.json ] || return 0
  need_node_modules
  local stamp=web/dist/.built sources=(web server/entity docs/reference)
  [ ! -d modules ] || sources+=(modules)
  if [ -f "$stamp" ] && [ -z "$(find "${sources[@]}" \( -path web/node_modules -o -path web/dist -o -path web/generated \) -prune -o \
    -newer "$stamp" ! -path web ! -name '*.cpp' ! -name '*.hpp' -print -quit)" ]; then
    return 0
  fi
  say "building the web interface"
  npm run --prefix web --silent build </dev/null >&2 || die "the web interface does not build"
  touch "$stamp"
}
