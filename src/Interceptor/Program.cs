using XenLoop.Interceptor.Commands;

return await XenLoopCommand.Create().InvokeAsync(args).ConfigureAwait(false);
