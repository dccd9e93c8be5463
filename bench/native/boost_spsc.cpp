// Boost.Lockfree's spsc_queue, 64-byte elements copied in and out.
// Arguments: records, batch, capacity in elements, producer's CPU, consumer's CPU.
#include "timing.h"
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

struct alignas(64) Element { unsigned char bytes[64]; };

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    const long records = std::atol(argv[1]);
    const std::size_t batch = std::strtoul(argv[2], nullptr, 10);
    const int producer_cpu = std::atoi(argv[4]);
    boost::lockfree::spsc_queue<Element> queue(std::strtoul(argv[3], nullptr, 10));

    std::vector<Element> target(batch);
    const double start = seconds_now();
    std::thread producer([&] {
        std::vector<Element> source(batch);
        std::memset(source.data(), 1, batch * sizeof(Element));
        pin_to(producer_cpu);
        for (long sent = 0; sent < records;) {
            const std::size_t n = queue.push(source.data(), batch);
            sent += static_cast<long>(n);
            if (n == 0)
                relax();
        }
    });
    pin_to(std::atoi(argv[5]));
    for (long received = 0; received < records;) {
        const std::size_t n = queue.pop(target.data(), batch);
        received += static_cast<long>(n);
        if (n == 0)
            relax();
    }
    report(seconds_now() - start);
    producer.join();
    return target[0].bytes[0] == 1 ? 0 : 1;
}
