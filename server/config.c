/* SPDX-License-Identifier: Apache-2.0 */
#include "server/config.h"

#include <arpa/inet.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/config.h"
#include "common/service_text.h"

#define PROGRAM "hufu-server"

/* A worker waits for the disk, the database and the key process most of its time, and computes little. Fewer leave cores
 * idle while a commit is on its way to the disk; more only lengthen the queues behind the cores, and with them the tail. */
#define WORKERS_PER_CORE 4
#define SIGNING_WORKERS_PER_CORE 1 /* more make the groups smaller, which costs more than a core that waits */
#define SIGNING_WORKERS_CHOSEN_MAX 16
#define CORES_PER_HTTP_THREAD 2
#define HTTP_THREADS_CHOSEN_MAX 16
#define WORKERS_MAX 256
/* What is chosen without being asked stays below the connections that a PostgreSQL (100) and a hufu-hsm (128) take unless
 * they are told otherwise, and does not trust a machine of many cores to be this process's alone. */
#define WORKERS_CHOSEN_MAX 64
#define OUTSIDE_URL_MAX 1024

/* Argon2id below this is weaker than what is recommended for passwords (OWASP: 19 MiB and 2 passes, one lane). */
#define PASSWORD_MEMORY_MIB_MIN 19
#define PASSWORD_PASSES_MIN 2

#define TEXT(key, fallback)                                                               \
    {                                                                                     \
        .name = #key, .type = CONFIG_TEXT, .offset = offsetof(struct server_config, key), \
        .default_text = (fallback)                                                        \
    }
#define NUMBER(key, fallback, least, most)                                               \
    {                                                                                    \
        .name = #key, .type = CONFIG_INT, .offset = offsetof(struct server_config, key), \
        .default_text = (fallback), .min = (least), .max = (most)                        \
    }

static const struct config_key keys[] = {
    TEXT(listen_address, "127.0.0.1"),
    NUMBER(listen_port, "8443", 0, 65535),
    TEXT(port_file, ""),
    TEXT(public_url, ""),
    TEXT(tls_certificate, ""),
    TEXT(tls_key, ""),
    TEXT(pinned_certificate, ""),
    TEXT(admin_socket, NULL),
    TEXT(admin_uids, ""),
    TEXT(database, NULL),
    TEXT(hsm_socket, NULL),
    NUMBER(workers, "0", 0, WORKERS_MAX),
    NUMBER(signing_workers, "0", 0, WORKERS_MAX),
    NUMBER(queue_limit, "256", 1, 65536),
    NUMBER(http_threads, "0", 0, 64),
    NUMBER(connection_limit, "4096", 16, 65536),
    NUMBER(per_address_limit, "256", 0, 65536),
    TEXT(trusted_proxies, ""),
    NUMBER(idle_seconds, "60", 1, 3600),
    NUMBER(request_seconds, "30", 1, 3600),
    NUMBER(stop_seconds, "10", 1, 600),
    NUMBER(hsm_timeout_ms, "5000", 100, 60000),
    NUMBER(activation_hours, "24", 1, 720),
    TEXT(sms_url, ""),
    TEXT(sms_token_file, ""),
    TEXT(email_url, ""),
    TEXT(email_token_file, ""),
    TEXT(face_url, ""),
    TEXT(face_token_file, ""),
    TEXT(outside_ca_file, ""),
    NUMBER(outside_timeout_ms, "10000", 100, 60000),
    NUMBER(password_memory_mib, "64", PASSWORD_MEMORY_MIB_MIN, 1024),
    NUMBER(password_passes, "3", PASSWORD_PASSES_MIN, 16),
    NUMBER(password_hashes_at_once, "2", 1, 64),
    NUMBER(address_tries_per_hour, "3000", 0, 100000),
    NUMBER(couriers, "2", 1, SERVER_COURIERS_MAX),
    TEXT(log_level, "info"),
    {.type = CONFIG_END},
};

static bool is_loopback_address(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool is_address(const char *address)
{
    struct in6_addr any;
    return inet_pton(AF_INET, address, &any) == 1 || inet_pton(AF_INET6, address, &any) == 1;
}

/* http://127.0.0.1:8080, http://[::1], http://localhost/…: plain HTTP nowhere else. */
static bool is_loopback_url(const char *url)
{
    char host[64];
    const char *begin = url + strlen("http://");
    const char *end = begin + strcspn(begin, ":/");
    if (*begin == '[') {
        begin++;
        end = begin + strcspn(begin, "]");
    }
    if ((size_t)(end - begin) >= sizeof(host))
        return false;
    (void)snprintf(host, sizeof(host), "%.*s", (int)(end - begin), begin);
    return strcmp(host, "localhost") == 0 || is_loopback_address(host);
}

static const char *public_url_fault(const struct server_config *config)
{
    const char *url = config->public_url;
    size_t len = strlen(url);
    if (len == 0)
        return is_loopback_address(config->listen_address)
                   ? NULL
                   : "must be given where the address is not loopback";
    if (len > SERVICE_URL_MAX)
        return "is longer than 255 bytes";
    if (url[len - 1] == '/')
        return "must not end with a slash";
    if (strncmp(url, "https://", 8) == 0)
        return NULL;
    if (strncmp(url, "http://", 7) != 0)
        return "must begin with https://";
    return is_loopback_url(url) ? NULL : "must be https:// where the host is not loopback";
}

static bool parse_uid(uid_t *uid, const char *text)
{
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    if (end != text && *end == '\0' && number < (uid_t)-1) {
        *uid = (uid_t)number;
        return true;
    }
    const struct passwd *user = getpwnam(text); /* before any thread starts */
    if (user)
        *uid = user->pw_uid;
    return user != NULL;
}

static const char *parse_uids(struct server_config *config)
{
    static const char separators[] = ", ";
    char name[64];
    const char *at = config->admin_uids + strspn(config->admin_uids, separators);
    while (*at) {
        size_t len = strcspn(at, separators);
        if (config->admin_uid_count == SERVER_ADMIN_UIDS_MAX)
            return "names more than 32 users";
        if (len >= sizeof(name))
            return "names a user that does not exist";
        (void)snprintf(name, sizeof(name), "%.*s", (int)len, at);
        if (!parse_uid(&config->admin_uid_list[config->admin_uid_count++], name))
            return "names a user that does not exist";
        at += len;
        at += strspn(at, separators);
    }
    return NULL;
}

static const char *name_hsm(struct server_config *config, const char *host, const char *path)
{
    size_t i = config->hsm_count;
    for (size_t j = 0; j < i; j++)
        if (strcmp(config->hsm_sockets[j], path) == 0)
            return "names a socket twice";
    int len = snprintf(config->hsm_names[i], sizeof(config->hsm_names[i]), "%s:%s", host, path);
    if (len < 0 || (size_t)len >= sizeof(config->hsm_names[i]))
        return "names a socket whose path is too long";
    config->hsm_sockets[config->hsm_count++] = path;
    return NULL;
}

static const char *parse_hsm_sockets(struct server_config *config)
{
    static const char separators[] = ", ";
    char host[65] = "", *rest = NULL;
    const char *fault = NULL;
    config->hsm_socket_text = strdup(config->hsm_socket);
    if (!config->hsm_socket_text || gethostname(host, sizeof(host) - 1) != 0)
        return "could not be read: no memory, or no host name";
    for (char *path = strtok_r(config->hsm_socket_text, separators, &rest); path && !fault;
         path = strtok_r(NULL, separators, &rest))
        fault = config->hsm_count == SERVER_HSM_SOCKETS_MAX ? "names more than 8 sockets"
                                                            : name_hsm(config, host, path);
    return fault || config->hsm_count > 0 ? fault : "names no socket";
}

static const char *tls_fault(const struct server_config *config)
{
    if ((config->tls_certificate[0] == '\0') != (config->tls_key[0] == '\0'))
        return "must be given together with tls_key, or neither";
    if (config->tls_certificate[0] == '\0' && !is_loopback_address(config->listen_address))
        return "must be given where listen_address is not loopback";
    return NULL;
}

/* A name and password in an address would be a token outside of its file, and hides which host is meant. */
static const char *outside_url_fault(const char *url)
{
    if (url[0] == '\0')
        return NULL;
    if (strlen(url) > OUTSIDE_URL_MAX)
        return "is longer than 1024 bytes";
    for (const char *at = url; *at; at++)
        if (*at <= ' ' || *at > '~' || *at == '@' || *at == '\\' || *at == '"')
            return "must be an address of visible ASCII characters, without a user's name";
    if (strncmp(url, "https://", 8) == 0)
        return NULL;
    if (strncmp(url, "http://", 7) != 0)
        return "must begin with https://";
    return is_loopback_url(url) ? NULL : "must be https:// where the host is not loopback";
}

static const char *parse_proxies(struct server_config *config)
{
    static const char separators[] = ", ";
    char text[NETWORK_ADDRESS_TEXT_MAX + sizeof("/128")];
    const char *at = config->trusted_proxies + strspn(config->trusted_proxies, separators);
    while (*at) {
        size_t len = strcspn(at, separators);
        if (config->trusted_proxy_count == SERVER_TRUSTED_PROXIES_MAX)
            return "names more than 32 networks";
        (void)snprintf(text, sizeof(text), "%.*s", (int)len, at);
        if (len >= sizeof(text) ||
            network_read(&config->trusted_proxy_list[config->trusted_proxy_count], text))
            return "names something that is neither an IP address nor a network";
        config->trusted_proxy_count++;
        at += len;
        at += strspn(at, separators);
    }
    return NULL;
}

static const char *outside_token_fault(const char *url, const char *token_file)
{
    return (url[0] == '\0') != (token_file[0] == '\0') ? "must be given together with its address, or neither"
                                                       : NULL;
}

static bool refuse(char *message, size_t size, const char *key, const char *fault)
{
    if (fault)
        (void)snprintf(message, size, "%s: %s", key, fault);
    return fault == NULL;
}

static bool check_outside(const struct server_config *config, char *message, size_t size)
{
    return refuse(message, size, "sms_url", outside_url_fault(config->sms_url)) &&
           refuse(message, size, "sms_token_file",
                  outside_token_fault(config->sms_url, config->sms_token_file)) &&
           refuse(message, size, "email_url", outside_url_fault(config->email_url)) &&
           refuse(message, size, "email_token_file",
                  outside_token_fault(config->email_url, config->email_token_file)) &&
           refuse(message, size, "face_url", outside_url_fault(config->face_url)) &&
           refuse(message, size, "face_token_file",
                  outside_token_fault(config->face_url, config->face_token_file));
}

static bool check(struct server_config *config, char *message, size_t size)
{
    int level = log_level_of(config->log_level);
    config->least = level < 0 ? LOG_INFO : (enum log_level)level;
    return refuse(message, size, "log_level", level < 0 ? "is none of debug, info, warning, error" : NULL) &&
           refuse(message, size, "listen_address",
                  is_address(config->listen_address) ? NULL : "is not an IPv4 or IPv6 address") &&
           refuse(message, size, "tls_certificate", tls_fault(config)) &&
           refuse(message, size, "public_url", public_url_fault(config)) &&
           refuse(message, size, "admin_uids", parse_uids(config)) &&
           refuse(message, size, "hsm_socket", parse_hsm_sockets(config)) &&
           refuse(message, size, "trusted_proxies", parse_proxies(config)) &&
           check_outside(config, message, size);
}

static long cores(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        CPU_SET(0, &set);
    return CPU_COUNT(&set);
}

static long at_most(long most, long chosen)
{
    return chosen < most ? chosen : most;
}

/* What is left to us follows the cores. */
static void choose_threads(struct server_config *config)
{
    const long count = cores();
    if (config->signing_workers == 0)
        config->signing_workers = at_most(SIGNING_WORKERS_CHOSEN_MAX, count * SIGNING_WORKERS_PER_CORE);
    if (config->workers == 0)
        config->workers = at_most(WORKERS_CHOSEN_MAX - SIGNING_WORKERS_CHOSEN_MAX, count * WORKERS_PER_CORE);
    if (config->http_threads == 0)
        config->http_threads =
            at_most(HTTP_THREADS_CHOSEN_MAX, (count + CORES_PER_HTTP_THREAD - 1) / CORES_PER_HTTP_THREAD);
}

enum hufu_err server_config_load(struct server_config *config, const char *path, char *message,
                                 size_t message_size)
{
    memset(config, 0, sizeof(*config));
    enum hufu_err err = config_load(config, keys, PROGRAM, path, message, message_size);
    if (err)
        return err;
    choose_threads(config);
    if (check(config, message, message_size))
        return HUFU_OK;
    server_config_free(config);
    return HUFU_ERR_FORM;
}

enum hufu_err server_config_set_port(struct server_config *config, uint16_t port)
{
    if (config->public_url[0] != '\0')
        return HUFU_OK;
    char *url = NULL;
    bool v6 = strchr(config->listen_address, ':') != NULL;
    if (asprintf(&url, "%s://%s%s%s:%u", config->tls_certificate[0] ? "https" : "http", v6 ? "[" : "",
                 config->listen_address, v6 ? "]" : "", port) < 0)
        return HUFU_ERR_INTERNAL;
    free(config->public_url);
    config->public_url = url;
    return HUFU_OK;
}

void server_config_free(struct server_config *config)
{
    free(config->hsm_socket_text);
    config->hsm_socket_text = NULL;
    config_free(config, keys);
}
