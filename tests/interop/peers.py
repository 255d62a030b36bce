# SPDX-License-Identifier: MIT
#
# peers.py - connections with other servers and clients, each with its own TLS or its own use of OpenSSL. interop.py runs them.
# A program that is not installed is skipped and counted; `tools/install-tools peers` installs all of them.
import os
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = "hello from the other side"
NOT_INSTALLED = "is not installed"
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/usr/local/go/bin"


def which(name):
    return shutil.which(name, path=PATH)


# ---- their servers ----
# Each function has a folder for its files, a port, certificate and key, and returns the command line of a server of PAGE.
def nginx(folder, port, cert, key, version):
    write(folder, "conf", "daemon off; master_process off; pid %s/pid; error_log stderr; events {}\n"
          "http { access_log off; client_body_temp_path %s; proxy_temp_path %s; fastcgi_temp_path %s; uwsgi_temp_path %s; scgi_temp_path %s;\n"
          "server { listen 127.0.0.1:%d ssl; ssl_certificate %s; ssl_certificate_key %s; ssl_protocols %s;\n"
          "location / { return 200 '%s'; } } }\n" % (*[folder] * 6, port, cert, key, version, PAGE))
    return [which("nginx"), "-p", folder, "-c", folder + "/conf"]


def haproxy(folder, port, cert, key, version):
    with open(cert) as c, open(key) as k:
        write(folder, "both.pem", c.read() + k.read())
    write(folder, "conf", "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n"
          "frontend f\n bind 127.0.0.1:%d ssl crt %s/both.pem ssl-min-ver %s ssl-max-ver %s\n"
          " http-request return status 200 content-type text/plain string '%s'\n" % (port, folder, version, version, PAGE))
    return [which("haproxy"), "-db", "-f", folder + "/conf"]


def stunnel(folder, port, cert, key, version):
    # stunnel runs this program for each connection.
    write(folder, "answer", "#!/bin/sh\nwhile read -r line && [ ${#line} -gt 1 ]; do :; done\nprintf 'HTTP/1.0 200 OK\\r\\n\\r\\n%s'\n" % PAGE)
    os.chmod(folder + "/answer", 0o755)
    write(folder, "conf", "foreground = yes\npid =\n[s]\naccept = 127.0.0.1:%d\ncert = %s\nkey = %s\nsslVersion = %s\nexec = %s/answer\n"
          % (port, cert, key, version, folder))
    return [which("stunnel4") or which("stunnel"), folder + "/conf"]


def gnutls(folder, port, cert, key, version):
    priority = "NORMAL:-VERS-ALL:+VERS-TLS" + version[4:]
    return [which("gnutls-serv"), "--http", "--port", str(port), "--x509certfile", cert, "--x509keyfile", key, "--priority", priority]


def node(folder, port, cert, key, version):
    write(folder, "server.js", "const fs = require('fs');\nrequire('https').createServer({cert: fs.readFileSync(%r), key: fs.readFileSync(%r), "
          "minVersion: %r, maxVersion: %r}, (q, r) => { r.setHeader('Connection', 'close'); r.end(%r); }).listen(%d, '127.0.0.1');\n"
          % (cert, key, version, version, PAGE, port))
    return [which("node"), folder + "/server.js"]


GO_SERVER = """package main
import ("crypto/tls"; "fmt"; "net/http")
func main() {
    http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Connection", "close"); fmt.Fprint(w, "%s") })
    s := &http.Server{Addr: "127.0.0.1:%d", TLSConfig: &tls.Config{MinVersion: %s, MaxVersion: %s}}
    fmt.Println(s.ListenAndServeTLS("%s", "%s"))
}
"""


def go_build(folder, name, text):
    write(folder, name + ".go", text)
    env = dict(os.environ, GOCACHE=folder + "/cache", GOPATH=folder, GO111MODULE="off", HOME=folder)
    subprocess.run([which("go"), "build", "-o", folder + "/" + name, folder + "/" + name + ".go"], env=env, check=True, cwd=folder, timeout=300)
    return [folder + "/" + name]


def go(folder, port, cert, key, version):
    number = "0x0303" if version == "TLSv1.2" else "0x0304"
    return go_build(folder, "server", GO_SERVER % (PAGE, port, number, number, cert, key))


SERVERS = {"nginx": nginx, "haproxy": haproxy, "stunnel4": stunnel, "gnutls-serv": gnutls, "node": node, "go": go}


# ---- their clients ----
# Each function has a folder, a port and the file with the CA, and returns the command line of a client that prints the page.
def gnutls_client(folder, port, ca):
    return [which("gnutls-cli"), "--x509cafile", ca, "-p", str(port), "localhost"]


def node_client(folder, port, ca):
    write(folder, "client.js", "require('https').get({host: 'localhost', port: %d, ca: require('fs').readFileSync(%r)}, "
          "r => r.on('data', d => process.stdout.write(d))).on('error', e => { console.log(e.code); process.exit(1); });\n" % (port, ca))
    return [which("node"), folder + "/client.js"]


def wget_client(folder, port, ca):
    return [which("wget"), "-q", "-t", "1", "-O", "-", "--ca-certificate", ca, "https://localhost:%d/" % port]


GO_CLIENT = """package main
import ("crypto/tls"; "crypto/x509"; "fmt"; "io/ioutil"; "net/http"; "os")
func main() {
    pem, _ := ioutil.ReadFile("%s")
    pool := x509.NewCertPool()
    pool.AppendCertsFromPEM(pem)
    client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
    r, err := client.Get("https://localhost:%d/")
    if err != nil { fmt.Println(err); os.Exit(1) }
    body, _ := ioutil.ReadAll(r.Body)
    fmt.Println(string(body))
}
"""


def go_client(folder, port, ca):
    return go_build(folder, "client", GO_CLIENT % (ca, port))


JAVA_CLIENT = """import java.io.*; import java.security.*; import java.security.cert.*; import javax.net.ssl.*;
public class Client {
    public static void main(String[] a) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(a[0])));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket s = (SSLSocket) context.getSocketFactory().createSocket("localhost", Integer.parseInt(a[1]));
        SSLParameters p = s.getSSLParameters();
        p.setEndpointIdentificationAlgorithm("HTTPS");
        s.setSSLParameters(p);
        s.getOutputStream().write("GET / HTTP/1.0\\r\\n\\r\\n".getBytes());
        BufferedReader r = new BufferedReader(new InputStreamReader(s.getInputStream()));
        for (String line; (line = r.readLine()) != null; ) System.out.println(line);
    }
}
"""


def java_client(folder, port, ca):
    write(folder, "Client.java", JAVA_CLIENT)
    return [which("java"), folder + "/Client.java", ca, str(port)]


CLIENTS = {"gnutls-cli": gnutls_client, "node": node_client, "wget": wget_client, "go": go_client, "java": java_client}


# ---- running ----
def write(folder, name, text):
    with open(os.path.join(folder, name), "w") as f:
        f.write(text)


def their_servers(case, free_port, wait_for, stop):
    for name, command in SERVERS.items():
        if not which(name):
            yield "client/%s" % name, None, NOT_INSTALLED
            continue
        for version in ("TLSv1.2", "TLSv1.3"):
            for cert in ("server", "server-rsa", "chain"):
                with tempfile.TemporaryDirectory() as folder:
                    port = free_port()
                    process = case.start(command(folder, port, case.cert(cert + ".pem"), case.cert(cert + ".key"), version))
                    wait_for(port, process)
                    status, out = case.our_client(port)
                    wrong = case.our_client(port, "localhost", "rogue-ca.pem")
                    log = stop(process)
                good = status == 0 and version in out and (PAGE in out or name == "gnutls-serv" and "HTTP/1.0 200" in out)
                yield "client/%s/%s/%s" % (name, version, cert), good and wrong[0] == 1, out + wrong[1] + log


def their_clients(case, free_port, wait_for, stop):
    for name, command in CLIENTS.items():
        if not which(name):
            yield "server/%s" % name, None, NOT_INSTALLED
            continue
        with tempfile.TemporaryDirectory() as folder:
            for version in ("TLSv1.2", "TLSv1.3"):
                for cert, served in (("server", True), ("server-rsa", True), ("chain", True), ("self-signed", False)):
                    port = free_port()
                    ours = case.our_server(port, cert, version)
                    text = b"GET / HTTP/1.0\r\n\r\n" if name == "gnutls-cli" else b""
                    status, out = case.run(command(folder, port, case.cert("ca.pem")), text)
                    log = stop(ours)
                    good = (PAGE in out) == served and (served or status != 0)
                    yield "server/%s/%s/%s" % (name, version, cert), good, out + log


def cases(case, free_port, wait_for, stop):
    yield from their_servers(case, free_port, wait_for, stop)
    yield from their_clients(case, free_port, wait_for, stop)
