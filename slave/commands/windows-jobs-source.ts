/**
 * The program that holds the job objects of a slave on Windows, in the C# 5 that Windows PowerShell compiles.
 *
 * It answers lines: `NUMBER VERB ARGUMENTS` with `NUMBER ok ITEMS` or `NUMBER error REASON`. A process is
 * told as `PID PARENT START NAME`; START is a FILETIME in microseconds. Items are parted by tabs, which no
 * name of a program holds.
 *
 * - `list`: all processes.
 * - `join JOB PID`: puts a process, and what it has started meanwhile, into a job. Tells who would not go.
 * - `members JOB`: who lives in it.
 * - `end JOB`: ends all of them in one stroke of the kernel.
 * - `drop JOB`: closes it, which also ends who is left.
 *
 * When its input ends, or it is ended, the system closes all jobs.
 */
export const WINDOWS_JOBS_SOURCE = String.raw`
using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

public static class TriphammerJobs
{
    const int BasicProcessIdList = 3;
    const int ExtendedLimitInformation = 9;
    const uint DieOnUnhandledException = 0x400;
    const uint KillOnJobClose = 0x2000;
    const uint Terminate = 0x1;
    const uint SetQuota = 0x100;
    const uint QueryLimitedInformation = 0x1000;
    const uint Synchronize = 0x100000;
    const long Unknown = 0;
    const long Ended = -1;
    const uint SnapProcess = 0x2;
    const int MoreData = 234;

    [StructLayout(LayoutKind.Sequential)]
    struct Limits
    {
        public long PerProcessUserTimeLimit;
        public long PerJobUserTimeLimit;
        public uint LimitFlags;
        public UIntPtr MinimumWorkingSetSize;
        public UIntPtr MaximumWorkingSetSize;
        public uint ActiveProcessLimit;
        public UIntPtr Affinity;
        public uint PriorityClass;
        public uint SchedulingClass;
        public ulong ReadOperationCount;
        public ulong WriteOperationCount;
        public ulong OtherOperationCount;
        public ulong ReadTransferCount;
        public ulong WriteTransferCount;
        public ulong OtherTransferCount;
        public UIntPtr ProcessMemoryLimit;
        public UIntPtr JobMemoryLimit;
        public UIntPtr PeakProcessMemoryUsed;
        public UIntPtr PeakJobMemoryUsed;
    }

    [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
    struct Entry
    {
        public uint Size;
        public uint Usage;
        public uint ProcessId;
        public UIntPtr DefaultHeapId;
        public uint ModuleId;
        public uint Threads;
        public uint ParentProcessId;
        public int PriorityClassBase;
        public uint Flags;
        [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 260)]
        public string ExeFile;
    }

    [DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
    static extern IntPtr CreateJobObjectW(IntPtr security, string name);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern bool SetInformationJobObject(IntPtr job, int kind, ref Limits limits, uint length);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern bool QueryInformationJobObject(IntPtr job, int kind, IntPtr info, uint length, IntPtr returned);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern bool AssignProcessToJobObject(IntPtr job, IntPtr process);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern bool TerminateJobObject(IntPtr job, uint code);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern IntPtr OpenProcess(uint access, bool inherit, uint pid);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern bool GetProcessTimes(IntPtr process, out long created, out long ended, out long kernel, out long user);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern uint WaitForSingleObject(IntPtr handle, uint milliseconds);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern bool CloseHandle(IntPtr handle);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern IntPtr CreateToolhelp32Snapshot(uint flags, uint pid);
    [DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
    static extern bool Process32FirstW(IntPtr snapshot, ref Entry entry);
    [DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
    static extern bool Process32NextW(IntPtr snapshot, ref Entry entry);

    sealed class Info
    {
        public uint Pid;
        public uint Parent;
        public long Start;
        public string Name;

        public override string ToString()
        {
            return Pid + " " + Parent + " " + Start + " " + Name;
        }
    }

    static readonly Dictionary<string, IntPtr> jobs = new Dictionary<string, IntPtr>();

    public static void Serve()
    {
        UTF8Encoding utf8 = new UTF8Encoding(false);
        StreamReader input = new StreamReader(Console.OpenStandardInput(), utf8);
        StreamWriter output = new StreamWriter(Console.OpenStandardOutput(), utf8);
        output.NewLine = "\n";
        output.AutoFlush = true;
        output.WriteLine("ready");
        for (string line = input.ReadLine(); line != null; line = input.ReadLine())
        {
            string[] words = line.Split(' ');
            string answer;
            try
            {
                answer = "ok " + string.Join("\t", Answer(words));
            }
            catch (Exception error)
            {
                answer = "error " + error.Message.Replace('\r', ' ').Replace('\n', ' ');
            }
            output.WriteLine(words[0] + " " + answer);
        }
    }

    static List<Info> Answer(string[] words)
    {
        switch (words[1])
        {
            case "list":
                return All();
            case "join":
                return Join(words[2], uint.Parse(words[3]));
            case "members":
                return Members(words[2]);
            case "end":
                if (!TerminateJobObject(jobs[words[2]], 1)) throw new Win32Exception();
                return new List<Info>();
            case "drop":
                CloseHandle(jobs[words[2]]);
                jobs.Remove(words[2]);
                return new List<Info>();
            default:
                throw new ArgumentException("unknown verb " + words[1]);
        }
    }

    // A child that was started before its parent is in the job is not in it: so all that are there by now
    // follow, until nobody new is found. Windows keeps the numbers of parents, and gives them again, so a
    // child is one only when it is not older. A program may have ended already, and its children live.
    static List<Info> Join(string name, uint pid)
    {
        IntPtr job = NewJob();
        jobs[name] = job;
        Dictionary<uint, long> starts = new Dictionary<uint, long>();
        starts[pid] = CreationOf(pid);
        List<Info> strays = new List<Info>();
        Win32Exception refusal = null;
        try
        {
            Put(job, pid);
        }
        catch (Win32Exception error)
        {
            refusal = error;
        }
        for (bool grew = true; grew;)
        {
            grew = false;
            foreach (Info one in All())
            {
                long start;
                if (starts.ContainsKey(one.Pid) || !starts.TryGetValue(one.Parent, out start)) continue;
                if (one.Start < start) continue;
                starts[one.Pid] = one.Start;
                grew = true;
                try
                {
                    Put(job, one.Pid);
                }
                catch (Win32Exception)
                {
                    strays.Add(one);
                }
            }
        }
        if (refusal != null && starts.Count == 1) throw refusal;
        return strays;
    }

    // Also of one that has ended, while the slave holds a handle of it.
    static long CreationOf(uint pid)
    {
        IntPtr process = OpenProcess(QueryLimitedInformation, false, pid);
        if (process == IntPtr.Zero) throw new Win32Exception();
        try
        {
            long created, ended, kernel, user;
            if (!GetProcessTimes(process, out created, out ended, out kernel, out user)) throw new Win32Exception();
            return created / 10;
        }
        finally
        {
            CloseHandle(process);
        }
    }

    static IntPtr NewJob()
    {
        IntPtr job = CreateJobObjectW(IntPtr.Zero, null);
        if (job == IntPtr.Zero) throw new Win32Exception();
        Limits limits = new Limits();
        limits.LimitFlags = KillOnJobClose | DieOnUnhandledException;
        if (!SetInformationJobObject(job, ExtendedLimitInformation, ref limits, (uint)Marshal.SizeOf(limits)))
            throw new Win32Exception();
        return job;
    }

    static void Put(IntPtr job, uint pid)
    {
        IntPtr process = OpenProcess(SetQuota | Terminate, false, pid);
        if (process == IntPtr.Zero) throw new Win32Exception();
        try
        {
            if (!AssignProcessToJobObject(job, process)) throw new Win32Exception();
        }
        finally
        {
            CloseHandle(process);
        }
    }

    static List<Info> Members(string name)
    {
        HashSet<uint> pids = Pids(jobs[name]);
        return All().FindAll(delegate(Info one) { return pids.Contains(one.Pid); });
    }

    static HashSet<uint> Pids(IntPtr job)
    {
        for (int room = 256; ; room *= 4)
        {
            // Two numbers of 32 bits, then the list.
            int size = 8 + room * IntPtr.Size;
            IntPtr memory = Marshal.AllocHGlobal(size);
            try
            {
                if (QueryInformationJobObject(job, BasicProcessIdList, memory, (uint)size, IntPtr.Zero))
                {
                    HashSet<uint> pids = new HashSet<uint>();
                    int count = Marshal.ReadInt32(memory, 4);
                    for (int i = 0; i < count; i++)
                        pids.Add((uint)Marshal.ReadIntPtr(memory, 8 + i * IntPtr.Size).ToInt64());
                    return pids;
                }
                if (Marshal.GetLastWin32Error() != MoreData) throw new Win32Exception();
            }
            finally
            {
                Marshal.FreeHGlobal(memory);
            }
        }
    }

    static List<Info> All()
    {
        IntPtr snapshot = CreateToolhelp32Snapshot(SnapProcess, 0);
        if (snapshot == new IntPtr(-1)) throw new Win32Exception();
        try
        {
            List<Info> all = new List<Info>();
            Entry entry = new Entry();
            entry.Size = (uint)Marshal.SizeOf(entry);
            for (bool more = Process32FirstW(snapshot, ref entry); more; more = Process32NextW(snapshot, ref entry))
            {
                Info one = new Info();
                one.Pid = entry.ProcessId;
                one.Parent = entry.ParentProcessId;
                one.Start = StartOf(entry.ProcessId);
                one.Name = entry.ExeFile;
                if (one.Start != Ended) all.Add(one);
            }
            return all;
        }
        finally
        {
            CloseHandle(snapshot);
        }
    }

    // A process of the system may not be asked, and is nobody's child here. One that has ended stays in the
    // snapshot while somebody holds a handle of it.
    static long StartOf(uint pid)
    {
        IntPtr process = OpenProcess(QueryLimitedInformation | Synchronize, false, pid);
        if (process == IntPtr.Zero) return Unknown;
        try
        {
            long created, ended, kernel, user;
            if (WaitForSingleObject(process, 0) == 0) return Ended;
            return GetProcessTimes(process, out created, out ended, out kernel, out user) ? created / 10 : Unknown;
        }
        finally
        {
            CloseHandle(process);
        }
    }
}
`
