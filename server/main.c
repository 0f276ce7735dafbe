/* SPDX-License-Identifier: Apache-2.0 */
/* hufu-server: the REST service. Order of a start: configuration, TLS, sockets, confinement, then threads: everything
 * that needs a file or a name is done before the process gives those rights up. */
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/log.h"
#include "server/adapter/outside.h"
#include "server/api/api.h"
#include "server/config.h"
#include "server/confine.h"
#include "server/core/data_key.h"
#include "server/core/password_hash.h"
#include "server/courier.h"
#include "server/gate.h"
#include "server/health.h"
#include "server/hsmc/keys.h"
#include "server/http/server.h"
#include "server/keeper.h"
#include "server/metrics.h"
#include "server/tls.h"
#include "server/worker.h"

#define MESSAGE_SIZE 512
#define DESCRIPTORS_BESIDE 128 /* administration, listeners, epoll, what libraries open */

static const struct http_route *const routes[] = {health_routes, api_routes, NULL};
static const struct http_route *const admin_routes[] = {health_admin_routes, api_admin_routes, NULL};

struct service {
    struct server_config config;
    struct tls_files tls;
    struct metrics *metrics;
    struct hsmc_keys *keys;
    struct data_key *data_key;
    struct outside *outside;
    struct gate *hashing;
    struct worker **workers; /* config.workers of them, then config.signing_workers */
    struct worker *keeper_worker;
    struct worker network_worker; /* without connections */
    struct http_server *http;
    struct keeper *keeper;
    struct worker *courier_workers[SERVER_COURIERS_MAX]; /* config.couriers of them */
    struct courier *couriers[SERVER_COURIERS_MAX];
};

static bool complain(const char *message)
{
    (void)fprintf(stderr, "hufu-server: %s\n", message);
    return false;
}

static bool load_config(struct service *service, const char *path)
{
    char message[MESSAGE_SIZE] = "";
    struct server_config *config = &service->config;
    if (server_config_load(config, path, message, sizeof(message)))
        return complain(message);
    const char *pinned = config->pinned_certificate[0] ? config->pinned_certificate : config->tls_certificate;
    if (config->tls_certificate[0] &&
        tls_load(&service->tls, config->tls_certificate, config->tls_key, message, sizeof(message)))
        return complain(message);
    if (pinned[0] && tls_pin(config->tls_pin, pinned, message, sizeof(message)))
        return complain(message);
    config->has_tls_pin = pinned[0] != '\0';
    if (outside_new(&service->outside, config, message, sizeof(message)))
        return complain(message);
    return true;
}

static struct worker *new_worker(struct service *service, size_t number)
{
    return worker_new(&service->config, service->metrics, service->keys, service->data_key, service->outside,
                      number);
}

/* So many hash passwords at once, and with those who wait they are at most half of the workers: the others go on. */
static bool make_gate(struct service *service)
{
    const struct server_config *config = &service->config;
    long inside = config->password_hashes_at_once, half = config->workers / 2;
    service->hashing = gate_new((unsigned)inside, half > inside ? (unsigned)(half - inside) : 0);
    return service->hashing && password_hash_ready() == HUFU_OK;
}

static long worker_count(const struct server_config *config)
{
    return config->workers + config->signing_workers;
}

static bool make_workers(struct service *service)
{
    const struct server_config *config = &service->config;
    service->metrics = metrics_new(http_route_count(routes, admin_routes));
    service->keys = hsmc_keys_new();
    service->data_key = data_key_new();
    service->workers = calloc((size_t)worker_count(config), sizeof(service->workers[0]));
    if (!service->metrics || !service->keys || !service->workers || !make_gate(service))
        return complain("no memory");
    if (!service->data_key)
        return complain("no memory can be locked; see docs/operations.md");
    for (long i = 0; i < worker_count(config); i++) {
        service->workers[i] = new_worker(service, (size_t)i);
        if (!service->workers[i])
            return complain("no memory");
        service->workers[i]->hashing = service->hashing;
    }
    service->network_worker = (struct worker){.metrics = service->metrics, .config = config};
    for (long i = 0; i < config->couriers; i++) {
        service->courier_workers[i] = new_worker(service, (size_t)i);
        if (!service->courier_workers[i])
            return complain("no memory");
    }
    service->keeper_worker = new_worker(service, 0);
    return service->keeper_worker ? true : complain("no memory");
}

static bool write_port(const struct server_config *config, uint16_t port)
{
    char temporary[PATH_MAX];
    if (config->port_file[0] == '\0')
        return true;
    int len = snprintf(temporary, sizeof(temporary), "%s.new", config->port_file);
    FILE *file = len > 0 && (size_t)len < sizeof(temporary) ? fopen(temporary, "we") : NULL;
    if (!file)
        return complain("port_file cannot be written");
    bool written = fprintf(file, "%u\n", port) > 0;
    /* Renamed whole: who waits for the file never reads half a number. */
    if (fclose(file) != 0 || !written || rename(temporary, config->port_file) != 0)
        return complain("port_file cannot be written");
    return true;
}

static bool listen_on(struct service *service)
{
    struct server_config *config = &service->config;
    struct http_settings settings = {
        .listen_address = config->listen_address,
        .listen_port = (uint16_t)config->listen_port,
        .tls_certificate = service->tls.certificate,
        .tls_key = service->tls.key,
        .admin_socket = config->admin_socket,
        .admin_uids = config->admin_uid_list,
        .admin_uid_count = config->admin_uid_count,
        .proxies = config->trusted_proxy_list,
        .proxy_count = config->trusted_proxy_count,
        .threads = (unsigned)config->http_threads,
        .connection_limit = (unsigned)config->connection_limit,
        .per_address_limit = (unsigned)config->per_address_limit,
        .idle_seconds = (unsigned)config->idle_seconds,
        .request_seconds = (unsigned)config->request_seconds,
        .queue_limit = (size_t)config->queue_limit,
        .routes = routes,
        .admin_routes = admin_routes,
        .authenticate = api_authenticate,
        .prepare = worker_prepare,
        .workers = service->workers,
        .worker_count = (size_t)config->workers,
        .group_workers = service->workers + config->workers,
        .group_worker_count = (size_t)config->signing_workers,
        .network_worker = &service->network_worker,
        .metrics = service->metrics,
    };
    if (http_server_new(&service->http, &settings))
        return complain("it cannot listen; the log says why");
    uint16_t port = http_server_port(service->http);
    if (server_config_set_port(config, port))
        return complain("no memory");
    return write_port(config, port);
}

static bool confine_service(const struct server_config *config)
{
    char socket_path[PATH_MAX], port_path[PATH_MAX];
    (void)snprintf(socket_path, sizeof(socket_path), "%s", config->admin_socket);
    (void)snprintf(port_path, sizeof(port_path), "%s", config->port_file);
    const char *removable[] = {dirname(socket_path), config->port_file[0] ? dirname(port_path) : NULL, NULL};
    return confine(removable) ? complain("it cannot be confined; the log says why") : true;
}

/* Every connection takes a descriptor; the limit that a login shell sets is below connection_limit. */
static void raise_descriptor_limit(const struct server_config *config)
{
    rlim_t needed = (rlim_t)config->connection_limit + 3 * (rlim_t)(worker_count(config) + config->couriers) +
                    DESCRIPTORS_BESIDE;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return;
    limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < needed)
        log_event(LOG_WARNING, "descriptors.few", "detail",
                  "connection_limit is above the limit of open files", NULL);
}

static bool start_couriers(struct service *service)
{
    for (long i = 0; i < service->config.couriers; i++) {
        if (courier_start(&service->couriers[i], service->courier_workers[i], i == 0))
            return complain("no thread for a courier");
    }
    return true;
}

static bool start(struct service *service, const char *path)
{
    if (!load_config(service, path))
        return false;
    log_init("hufu-server", service->config.least);
    raise_descriptor_limit(&service->config);
    if (!make_workers(service) || !listen_on(service) || !confine_service(&service->config))
        return false;
    if (keeper_start(&service->keeper, service->keeper_worker))
        return complain("the database's schema is not the one of this program; run hufu migrate");
    if (http_server_start(service->http))
        return complain("it cannot serve; the log says why");
    return start_couriers(service);
}

/* Until somebody asks it to stop. SIGHUP is not among them: there is nothing to read again. */
static void serve(const struct service *service, const sigset_t *stop_signals)
{
    int signal_number = 0;
    log_event(LOG_INFO, "started", "version", HUFU_VERSION, "url", service->config.public_url, "admin_socket",
              service->config.admin_socket, NULL);
    (void)sigwait(stop_signals, &signal_number);
    log_event(LOG_INFO, "stopping", "signal", signal_number == SIGINT ? "INT" : "TERM", NULL);
}

static void clean(struct service *service)
{
    /* Only who listens owns the port file; another process may, and this one never got so far. */
    if (service->http && service->config.port_file[0])
        (void)unlink(service->config.port_file);
    http_server_free(service->http);
    keeper_free(service->keeper);
    for (size_t i = 0; i < SERVER_COURIERS_MAX; i++) {
        courier_free(service->couriers[i]);
        worker_free(service->courier_workers[i]);
    }
    for (long i = 0; service->workers && i < worker_count(&service->config); i++)
        worker_free(service->workers[i]);
    worker_free(service->keeper_worker);
    free(service->workers);
    hsmc_keys_free(service->keys);
    data_key_free(service->data_key);
    outside_free(service->outside);
    gate_free(service->hashing);
    metrics_free(service->metrics);
    tls_free(&service->tls);
    server_config_free(&service->config);
}

static int run(struct service *service, const char *path, const sigset_t *stop_signals)
{
    if (!start(service, path)) {
        clean(service);
        return EXIT_FAILURE;
    }
    serve(service, stop_signals);
    int status = keeper_failed(service->keeper) ? EXIT_FAILURE : EXIT_SUCCESS;
    if (!http_server_stop(service->http, (unsigned)service->config.stop_seconds)) {
        /* Threads are still at work on what must not be freed under them; what they do is in one statement of the
         * database, which happens or does not. */
        log_event(LOG_WARNING, "stopped", "detail", "some requests did not finish in time", NULL);
        _exit(status);
    }
    clean(service);
    log_event(LOG_INFO, "stopped", NULL);
    return status;
}

/* Blocked in every thread; the main thread waits for them by sigwait. A closed connection is an error of its write. */
static void prepare_signals(sigset_t *stop_signals)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigemptyset(stop_signals);
    (void)sigaddset(stop_signals, SIGTERM);
    (void)sigaddset(stop_signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, stop_signals, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL);
}

int main(int argc, char **argv)
{
    struct service service = {0};
    sigset_t stop_signals;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("hufu-server %s\n", HUFU_VERSION) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    if (argc != 3 || strcmp(argv[1], "--config") != 0) {
        (void)fprintf(stderr, "usage: hufu-server --config FILE | --version\n");
        return EXIT_FAILURE;
    }
    log_init("hufu-server", LOG_INFO);
    prepare_signals(&stop_signals);
    return run(&service, argv[2], &stop_signals);
}
