using XenLoop.Interceptor.Commands;
using XenLoop.SharedRing.Xen;

// Not a command for people: the agent starts this program a second time as its keeper.
return args is [PortKeeperProcess.Command]
    ? PortKeeperProcess.Run()
    : await CommandRunner.RunAsync(XenLoopCommand.Create(), args).ConfigureAwait(false);
