return XenLoop.Queues.Contest.Run();
