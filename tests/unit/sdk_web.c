/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sdk_web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define REQUEST_MAX 65536

/* One connection; tls is NULL for plain HTTP. */
struct connection {
    int socket;
    SSL *tls;
};

static ssize_t take(const struct connection *connection, char *data, size_t cap)
{
    return connection->tls ? SSL_read(connection->tls, data, (int)cap) : read(connection->socket, data, cap);
}

static void give(const struct connection *connection, const char *data, size_t len)
{
    while (len) {
        ssize_t put = connection->tls ? SSL_write(connection->tls, data, (int)len)
                                      : write(connection->socket, data, len);
        if (put <= 0)
            return;
        data += put;
        len -= (size_t)put;
    }
}

/* Head and, by Content-Length, body. */
static size_t read_request(const struct connection *connection, char *request)
{
    size_t len = 0, whole = REQUEST_MAX - 1;
    while (len < whole) {
        ssize_t got = take(connection, request + len, REQUEST_MAX - 1 - len);
        if (got <= 0)
            break;
        len += (size_t)got;
        request[len] = '\0';
        const char *end = strstr(request, "\r\n\r\n"), *length = strcasestr(request, "\r\ncontent-length:");
        if (end)
            whole = (size_t)(end + 4 - request) + (length ? strtoul(length + 17, NULL, 10) : 0);
    }
    request[len] = '\0';
    return len;
}

static void reply(const struct connection *connection, const char *status, size_t announced, const char *body,
                  size_t len)
{
    char head[256];
    int head_len =
        snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                 status, announced);
    give(connection, head, (size_t)head_len);
    give(connection, body, len);
}

/* STATUS/BODY and whatever else stands in the request's line. */
static void say(const struct connection *connection, char *what)
{
    char *body = strchr(what, '/'), *end = body ? strstr(body, " HTTP/") : NULL;
    if (!end)
        return;
    *body++ = *end = '\0';
    reply(connection, what, strlen(body), body, strlen(body));
}

static void serve(const struct connection *connection)
{
    static char request[REQUEST_MAX], large[10000];
    size_t len = read_request(connection, request);
    const char *path = strchr(request, ' ');
    if (!path)
        return;
    path++;
    if (strncmp(path, "/echo ", 6) == 0)
        reply(connection, "200 OK", len, request, len);
    else if (strncmp(path, "/redirect ", 10) == 0)
        reply(connection, "302 Found\r\nLocation: /echo", 0, "", 0);
    else if (strncmp(path, "/large ", 7) == 0)
        reply(connection, "200 OK", sizeof(large), large, sizeof(large));
    else if (strncmp(path, "/slow ", 6) == 0)
        (void)sleep(10);
    else if (strncmp(path, "/say/", 5) == 0)
        say(connection, request + (path - request) + 5);
    else if (strncmp(path, "/cut ", 5) == 0)
        reply(connection, "200 OK", 100, large, 50);
    else if (strncmp(path, "/busy ", 6) == 0)
        reply(connection, "503 Service Unavailable\r\nRetry-After: 7", 2, "{}", 2);
    else
        reply(connection, "403 Forbidden", 2, "{}", 2);
}

static void serve_for_ever(int listener, SSL_CTX *context)
{
    (void)signal(SIGPIPE, SIG_IGN);
    for (;;) {
        struct connection connection = {.socket = accept(listener, NULL, NULL)};
        if (connection.socket < 0)
            continue;
        bool ready = true;
        if (context) {
            connection.tls = SSL_new(context);
            ready = SSL_set_fd(connection.tls, connection.socket) == 1 && SSL_accept(connection.tls) == 1;
        }
        if (ready)
            serve(&connection);
        if (ready && connection.tls)
            (void)SSL_shutdown(connection.tls);
        SSL_free(connection.tls);
        (void)close(connection.socket);
    }
}

/* A test that fails, or dies, does not come to sdk_web_stop. */
static void end_with(pid_t tests)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != tests)
        _exit(1);
}

static int listen_on_loopback(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static void name_loopback(X509 *certificate)
{
    X509_EXTENSION *name = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    assert_int_equal(X509_add_ext(certificate, name, -1), 1);
    X509_EXTENSION_free(name);
}

/* Signed by itself, for another name unless loopback is: nothing but the key can make a client trust it then. */
static X509 *certificate_of(EVP_PKEY *key, bool loopback)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    assert_int_equal(X509_set_version(certificate, 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1), 1);
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"elsewhere", -1, -1, 0),
        1);
    assert_int_equal(X509_set_issuer_name(certificate, name), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), -60));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), 3600));
    assert_int_equal(X509_set_pubkey(certificate, key), 1);
    if (loopback)
        name_loopback(certificate);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static void write_certificate(const char *path, X509 *certificate)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    assert_int_equal(fclose(file), 0);
}

static SSL_CTX *make_context(uint8_t key_hash[32], const char *certificate_file)
{
    EVP_PKEY *key = EVP_EC_gen("prime256v1");
    X509 *certificate = certificate_of(key, certificate_file);
    if (certificate_file)
        write_certificate(certificate_file, certificate);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(key, &der);
    assert_true(len > 0);
    assert_int_equal(EVP_Q_digest(NULL, "SHA256", NULL, der, (size_t)len, key_hash, NULL), 1);
    OPENSSL_free(der);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

static struct sdk_web start(bool tls, const char *certificate_file)
{
    struct sdk_web web = {.pid = -1};
    SSL_CTX *context = tls ? make_context(web.key_hash, certificate_file) : NULL;
    int listener = listen_on_loopback(&web.port);
    pid_t tests = getpid();
    web.pid = fork();
    assert_true(web.pid >= 0);
    if (web.pid == 0) {
        end_with(tests);
        serve_for_ever(listener, context);
    }
    (void)close(listener);
    SSL_CTX_free(context);
    return web;
}

struct sdk_web sdk_web_start(bool tls)
{
    return start(tls, NULL);
}

struct sdk_web sdk_web_start_named(const char *certificate_file)
{
    return start(true, certificate_file);
}

void sdk_web_stop(struct sdk_web *web)
{
    int status;
    (void)kill(web->pid, SIGKILL);
    (void)waitpid(web->pid, &status, 0);
}
