//! What `/proc` tells of processes that were there before us (`proc(5)`).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use nix::unistd::SysconfVar;
use perfaudit_exec::Usage;

use super::source::Task;

/// A line of `/proc/PID/maps`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mapped {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) offset: u64,
    pub(super) inode: u64,
    /// Empty for memory that no file backs.
    pub(super) name: OsString,
}

/// The executable memory of a process; empty if it is gone or is not ours to look at.
pub(super) fn executable_mappings(process: u32) -> Vec<Mapped> {
    let listed = |path: String| executable_of(&std::fs::read(path).unwrap_or_default());
    let of_process = listed(format!("/proc/{process}/maps"));
    if !of_process.is_empty() {
        return of_process;
    }
    // Where the first thread has ended, only the others have memory.
    let task_maps = |thread: u32| listed(format!("/proc/{process}/task/{thread}/maps"));
    threads(process).into_iter().map(task_maps).find(|mapped| !mapped.is_empty()).unwrap_or_default()
}

/// The executable memory in a text such as that of `/proc/PID/maps`.
pub(super) fn executable_of(maps: &[u8]) -> Vec<Mapped> {
    maps.split(|&byte| byte == b'\n').filter_map(executable).collect()
}

/// `start-end permissions offset device inode  name`, if it is executable.
fn executable(line: &[u8]) -> Option<Mapped> {
    let mut rest = line;
    let mut field = || {
        let end = rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len());
        let (field, after) = rest.split_at(end);
        rest = after.trim_ascii_start();
        std::str::from_utf8(field).ok()
    };
    let (start, end) = field()?.split_once('-')?;
    let is_executable = field()?.as_bytes().get(2) == Some(&b'x');
    let (offset, _device, inode) = (field()?, field()?, field()?);
    let hexadecimal = |text| u64::from_str_radix(text, 16).ok();
    let (start, end) = (hexadecimal(start)?, hexadecimal(end)?);
    (is_executable && start <= end).then_some(Mapped {
        start,
        end,
        offset: hexadecimal(offset)?,
        inode: inode.parse().ok()?,
        name: OsString::from_vec(rest.to_vec()),
    })
}

/// The name of a thread.
pub(super) fn thread_name(task: Task) -> Option<String> {
    let name = std::fs::read(format!("/proc/{}/task/{}/comm", task.process, task.thread)).ok()?;
    Some(String::from_utf8_lossy(&name).trim_end().to_owned())
}

/// Whether a thread is on a CPU or could be.
pub(super) fn is_running(task: Task) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/task/{}/stat", task.process, task.thread));
    stat.is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('R')))
}

/// The clock that records bear the time of, in nanoseconds.
pub(super) fn monotonic_ns() -> u64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC)
        .ok()
        .and_then(|time| u64::try_from(Duration::from(time).as_nanos()).ok())
        .unwrap_or(u64::MAX)
}

/// The threads of a process; empty if it is gone.
pub(super) fn threads(process: u32) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// CPU time that a process has used; none if it is gone or has ended. Counted in ticks, which are mostly 10 ms.
pub(super) fn cpu_time(process: u32) -> Option<Usage> {
    let (state, [user, system, _, _]) = times(process)?;
    (!matches!(state, 'Z' | 'X')).then_some(Usage { user, system })
}

/// CPU time of the children of a process that have ended and were waited for; none if it is gone. Counted in ticks.
pub(super) fn time_of_ended_children(process: u32) -> Option<Duration> {
    let (_, [_, _, user, system]) = times(process)?;
    Some(user + system)
}

/// The state of a process, and its time in user code and in the kernel; then the same times of its children.
fn times(process: u32) -> Option<(char, [Duration; 4])> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in parentheses and may hold anything. The state follows, user time is the 12th from there.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?.chars().next()?;
    let per_second = nix::unistd::sysconf(SysconfVar::CLK_TCK).ok()??;
    let tick = Duration::from_secs(1) / u32::try_from(per_second).ok()?;
    let mut fields = fields.skip(10);
    let mut time = || Some(tick * fields.next()?.parse().ok()?);
    Some((state, [time()?, time()?, time()?, time()?]))
}

/// The children of all threads of a process; none if it is gone, or the system does not tell.
pub(super) fn children(process: u32) -> Option<Vec<u32>> {
    let of_thread = |thread| std::fs::read_to_string(format!("/proc/{process}/task/{thread}/children"));
    let mut all = Vec::new();
    let mut is_told = false;
    for text in threads(process).into_iter().filter_map(|thread| of_thread(thread).ok()) {
        is_told = true;
        all.extend(text.split_whitespace().filter_map(|number| number.parse::<u32>().ok()));
    }
    is_told.then_some(all)
}

/// A process and all that come from it, the parents first, but not more than `most`.
pub(super) fn family(process: u32, most: usize) -> Vec<u32> {
    let mut all = vec![process];
    let mut at = 0;
    while at < all.len() && all.len() < most {
        all.extend(children(all[at]).unwrap_or_default());
        at += 1;
    }
    all.truncate(most);
    all
}

/// The arguments of a process as the system keeps them; none if it is gone or has ended.
pub(super) fn command_line(process: u32) -> Option<Vec<u8>> {
    std::fs::read(format!("/proc/{process}/cmdline")).ok().filter(|line| !line.is_empty())
}

/// Whether a thread has ended, waited for or not.
pub(super) fn is_over(task: Task) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/task/{}/stat", task.process, task.thread));
    stat.map_or(true, |stat| stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X'])))
}

/// The process that traces another one.
pub(super) fn tracer(process: u32) -> Option<u32> {
    status(process, "TracerPid:").filter(|&tracer| tracer != 0)
}

/// Whether a process belongs to somebody else.
pub(super) fn is_of_another_user(process: u32) -> bool {
    status(process, "Uid:").is_some_and(|user| user != nix::unistd::getuid().as_raw())
}

/// The first number of a line of `/proc/PID/status`.
fn status(process: u32, name: &str) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

/// The memory of a process that is in use and not swapped out.
pub(super) fn resident_bytes(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    let page = nix::unistd::sysconf(SysconfVar::PAGE_SIZE).ok()??;
    Some(pages.saturating_mul(u64::try_from(page).ok()?))
}

/// The CPUs that are switched on.
pub(super) fn online_cpus() -> Vec<u32> {
    let text = std::fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    let listed = cpu_list(text.trim());
    if !listed.is_empty() {
        return listed;
    }
    let count = nix::unistd::sysconf(SysconfVar::_NPROCESSORS_ONLN).ok().flatten();
    (0..count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1)).collect()
}

/// `0-3,8` as numbers.
fn cpu_list(text: &str) -> Vec<u32> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?)
    };
    text.split(',').filter_map(range).flatten().collect()
}

/// The number in a file such as those of `/proc/sys/kernel`.
pub(super) fn setting(name: &str) -> Option<i64> {
    std::fs::read_to_string(format!("/proc/sys/kernel/{name}")).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_mappings_is_read_with_spaces_in_its_name() {
        let line = b"7f00-7fff r-xp 0002a000 fe:01 1234                     /opt/my app/lib.so (deleted)";
        let expected = Mapped {
            start: 0x7f00,
            end: 0x7fff,
            offset: 0x2a000,
            inode: 1234,
            name: "/opt/my app/lib.so (deleted)".into(),
        };
        assert_eq!(executable(line), Some(expected));
        assert_eq!(executable(b"7f00-7fff rw-p 00000000 00:00 0 "), None);
        assert_eq!(executable(b""), None);
        assert_eq!(executable(b"what is this"), None);
    }

    #[test]
    fn this_process_has_mappings_threads_and_a_name() {
        let own = std::process::id();
        assert!(executable_mappings(own).iter().any(|mapped| mapped.name == "[vdso]"));
        assert!(threads(own).contains(&own));
        assert!(thread_name(Task { process: own, thread: own }).is_some());
        assert!(cpu_time(own).is_some());
        let task = Task { process: own, thread: own };
        assert!(command_line(own).is_some() && !is_over(task) && !is_of_another_user(own));
        assert!(family(own, 10).starts_with(&[own]) && tracer(u32::MAX).is_none());
        assert!(executable_mappings(u32::MAX).is_empty() && threads(u32::MAX).is_empty());
    }

    #[test]
    fn lists_of_cpus_may_have_gaps() {
        assert_eq!(cpu_list("0-3,8,10-11"), [0, 1, 2, 3, 8, 10, 11]);
        assert_eq!(cpu_list("0"), [0]);
        assert!(cpu_list("").is_empty());
        assert!(!online_cpus().is_empty());
    }
}
