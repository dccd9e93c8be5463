using XenLoop.Interceptor.Commands;

return await CommandRunner.RunAsync(XenLoopCommand.Create(), args).ConfigureAwait(false);
