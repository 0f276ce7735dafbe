/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of hufu-server (keys and defaults: docs/operations.md). Constant after start. */
#ifndef HUFU_SERVER_CONFIG_H
#define HUFU_SERVER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "common/log.h"
#include "server/network.h"

#define SERVER_ADMIN_UIDS_MAX 32
#define SERVER_COURIERS_MAX 16
#define SERVER_HSM_SOCKETS_MAX 8
#define SERVER_HSM_NAME_MAX 255
#define SERVER_TRUSTED_PROXIES_MAX 32

struct server_config {
    char *listen_address;  /* an IPv4 or IPv6 address */
    long listen_port;      /* 0: any free one */
    char *port_file;       /* empty: none; else the port that was taken is written there */
    char *public_url;      /* how devices reach the service, at most 255 bytes, no final slash; stands in
                              activation codes */
    char *tls_certificate; /* PEM chain; empty: no TLS here */
    char *tls_key;
    char *
        pinned_certificate; /* PEM: the certificate that devices see, where something in front of the service ends
                                 TLS; empty: tls_certificate */
    char *admin_socket;
    char *admin_uids; /* "0, 1000": besides root and the server's own uid */
    char *database;   /* libpq connection string, role hufu_server */
    char *hsm_socket; /* "/run/a.sock, /run/b.sock": the key processes that are registered */
    long workers;
    long signing_workers; /* besides those */
    long queue_limit;
    long http_threads;
    long connection_limit;
    long per_address_limit; /* connections of one IP address; 0: as many as connection_limit */
    char *trusted_proxies;  /* "10.0.0.1, 192.168.0.0/16": whose Forwarded is believed; empty: nobody's */
    long idle_seconds;      /* a connection without traffic is closed */
    long request_seconds;   /* a body that is not whole this long after its head is given up */
    long stop_seconds;      /* how long a stop waits for what is in flight */
    long hsm_timeout_ms;
    long activation_hours;
    /* Outside services (docs/adapters.md). An empty address: not offered. */
    char *sms_url, *sms_token_file;
    char *email_url, *email_token_file;
    char *face_url, *face_token_file;
    char *outside_ca_file; /* PEM: authorities in place of the system's; empty: the system's */
    long outside_timeout_ms;
    long password_memory_mib; /* Argon2id */
    long password_passes;
    long password_hashes_at_once; /* each takes password_memory_mib */
    long address_tries_per_hour;  /* at authentications, codes and captchas; 0: not counted */
    long couriers;                /* threads that send what waits in the outbox */
    char *log_level;

    /* Derived, not keys. */
    enum log_level least;
    uid_t admin_uid_list[SERVER_ADMIN_UIDS_MAX];
    size_t admin_uid_count;
    char *hsm_socket_text; /* hsm_socket, cut into the paths that follow */
    const char *hsm_sockets[SERVER_HSM_SOCKETS_MAX];
    char hsm_names[SERVER_HSM_SOCKETS_MAX]
                  [SERVER_HSM_NAME_MAX + 1]; /* as the database knows them: host and path */
    size_t hsm_count;
    struct network trusted_proxy_list[SERVER_TRUSTED_PROXIES_MAX];
    size_t trusted_proxy_count;
    bool has_tls_pin; /* SHA-256 of the SubjectPublicKeyInfo of the certificate that devices see */
    uint8_t tls_pin[32];
};

/* Reads and checks the whole; on HUFU_ERR_FORM, message says what is wrong and config needs no freeing. */
enum hufu_err server_config_load(struct server_config *config, const char *path, char *message,
                                 size_t message_size) HUFU_MUST_CHECK;
/* Fills an empty public_url once the port is known. */
enum hufu_err server_config_set_port(struct server_config *config, uint16_t port) HUFU_MUST_CHECK;
void server_config_free(struct server_config *config);

#endif
