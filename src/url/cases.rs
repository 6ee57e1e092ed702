//! Tables of URLs: what is read from them, what is shown of them, what is refused.

use super::{DatabaseUrl, Error};

fn url(text: &str) -> DatabaseUrl {
    DatabaseUrl::parse(text).expect(text)
}

#[test]
#[rustfmt::skip]
fn parts_are_read_in_every_dialect() {
    // URL, dialect, user, password, addresses, database
    for (text, dialect, user, password, addresses, database) in [
        ("postgresql+psycopg://admin:password@db:5432/townpass_db", "postgresql+psycopg", "admin", "password", "db:5432", "townpass_db"),
        ("postgres://a:b@h/d", "postgres", "a", "b", "h:5432", "d"),
        ("postgresql+psycopg2://a:b@h:1/d", "postgresql+psycopg2", "a", "b", "h:1", "d"),
        ("postgresql+asyncpg://a@h/d?ssl=require", "postgresql+asyncpg", "a", "", "h:5432", "d"),
        ("postgresql+pg8000://a:@h/d", "postgresql+pg8000", "a", "", "h:5432", "d"),
        ("jdbc:postgresql://h:6/d?user=a&password=p%26q", "jdbc:postgresql", "a", "p&q", "h:6", "d"),
        ("r2dbc:pool:postgresql://a:b@h/d", "r2dbc:pool:postgresql", "a", "b", "h:5432", "d"),
        ("PostgreSQL://a:b@H/d", "PostgreSQL", "a", "b", "H:5432", "d"),
        ("postgis://a:b@h/d", "postgis", "a", "b", "h:5432", "d"),
        ("postgres://a%40b:p%3Aq%2F%E5%AF%86@h/d%20e", "postgres", "a@b", "p:q/密", "h:5432", "d e"),
        ("postgres://a:100%@h/d", "postgres", "a", "100%", "h:5432", "d"),
        ("postgres://a:p@ss@h/d", "postgres", "a", "p@ss", "h:5432", "d"),
        ("postgresql+psycopg://a:p/s?s#@h:7/d?x=y", "postgresql+psycopg", "a", "p/s?s#", "h:7", "d"),
        ("postgres://a:1#2@h/d", "postgres", "a", "1#2", "h:5432", "d"),
        ("postgres://a:b:c@h/d", "postgres", "a", "b:c", "h:5432", "d"),
        ("postgres://a:b@[::1]:5433/d", "postgres", "a", "b", "[::1]:5433", "d"),
        ("postgres://a:b@[fe80::1%25eth0]/d", "postgres", "a", "b", "[fe80::1%eth0]:5432", "d"),
        ("postgres://a:b@h1:1,h2,[::1]:3/d", "postgres", "a", "b", "h1:1 h2:5432 [::1]:3", "d"),
        ("postgres://a:b@h1,h2/d?port=7", "postgres", "a", "b", "h1:7 h2:7", "d"),
        ("postgres://a:b@h1,h2/d?port=7,8", "postgres", "a", "b", "h1:7 h2:8", "d"),
        ("postgres://a:b@h:/d", "postgres", "a", "b", "h:5432", "d"),
        ("postgres:///d", "postgres", "", "", "this machine, port 5432", "d"),
        ("postgres://", "postgres", "", "", "this machine, port 5432", ""),
        ("postgres://:6/d", "postgres", "", "", "this machine, port 6", "d"),
        ("postgres://a@h", "postgres", "a", "", "h:5432", ""),
        ("postgres://a@h/", "postgres", "a", "", "h:5432", ""),
        ("postgres://a@h?sslmode=disable", "postgres", "a", "", "h:5432", ""),
        ("postgres://a:b@%2Fcloudsql%2Fp%3Ar%3Ai/d", "postgres", "a", "b", "/cloudsql/p:r:i/.s.PGSQL.5432", "d"),
        ("postgres://a:b@/d?host=/cloudsql/p:r:i", "postgres", "a", "b", "/cloudsql/p:r:i/.s.PGSQL.5432", "d"),
        ("postgres://a:b@h/d?host=%2Ftmp&port=6", "postgres", "a", "b", "/tmp/.s.PGSQL.6", "d"),
        ("postgresql+pg8000://a:b@/d?unix_sock=/cloudsql/x/.s.PGSQL.6", "postgresql+pg8000", "a", "b", "/cloudsql/x/.s.PGSQL.6", "d"),
        ("postgresql+psycopg://a:b@/d?host=h1:1&host=h2:2", "postgresql+psycopg", "a", "b", "h1:1 h2:2", "d"),
        ("postgres://h:9/d?host=other", "postgres", "", "", "other:9", "d"),
        ("postgres://h/d?hostaddr=10.0.0.1&dbname=e&user=u&password=w", "postgres", "u", "w", "10.0.0.1:5432", "e"),
        ("postgres://h/a/b#c", "postgres", "", "", "h:5432", "a/b"),
    ] {
        let url = url(text);
        assert_eq!(url.reveal(), text);
        assert_eq!(url.dialect(), dialect, "{text}");
        assert_eq!(
            url.user().map_or(String::new(), |it| it.to_string()),
            user,
            "{text}"
        );
        assert_eq!(
            url.password()
                .map_or(String::new(), |it| it.reveal().to_owned()),
            password,
            "{text}"
        );
        assert_eq!(
            url.database().map_or(String::new(), |it| it.to_string()),
            database,
            "{text}"
        );
        let found: Vec<String> = url.addresses().iter().map(ToString::to_string).collect();
        assert_eq!(found.join(" "), addresses, "{text}");
    }
}

#[test]
#[rustfmt::skip]
fn no_password_is_ever_shown() {
    for text in [
        "postgres://admin:hunter2@db:5432/x",
        "postgres://admin:a@hunter2@db/x",
        "postgresql+psycopg://admin:a/hunter2#@db/x",
        "jdbc:postgresql://db/x?user=admin&password=hunter2",
        "postgres://db/x?sslpassword=hunter2&%70assword=hunter2",
    ] {
        let url = url(text);
        for shown in [
        url.to_string(),
        format!("{url:?}"),
    ] {
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.contains("****"), "{shown}");
            assert!(shown.contains("db"), "{shown}");
        }
    }
    let kept = "postgres://admin@db/x?a=b#c";
    assert_eq!(url(kept).to_string(), kept);
}

#[test]
#[rustfmt::skip]
fn errors_say_what_and_where_and_hide_the_password() {
    for (text, problem, shown, place) in [
        ("postgres://admin:hunter2@db:54x2/x", "the port is not a number", "postgres://admin:****@db:54x2/x", "54x2"),
        ("postgres://admin:hunter2@db:70000/x", "the port is out of range", "postgres://admin:****@db:70000/x", "70000"),
        ("postgres://admin:hunter2/x", "the port is not a number", "postgres://admin:****/x", "****"),
        ("postgres://admin:hunter2@::1/x", "the host has more than one colon", "postgres://admin:****@::1/x", "::1"),
        ("postgres://admin:hunter2@[::1/x", "the bracket of an IPv6 address is not closed", "postgres://admin:****@[::1/x", "[::1"),
        ("postgres://admin:hunter2@[::1]x/x", "something stands behind the host that is no port", "postgres://admin:****@[::1]x/x", "x"),
        ("postgres://a:hunter2@db/x?port=0", "the port is out of range", "postgres://a:****@db/x?port=0", "0"),
        ("postgres://a:%FFhunter2@db/x", "the password is not UTF-8 text once decoded, or holds a NUL", "postgres://a:****@db/x", "****"),
        ("postgres://a:hunter2@db/x%00", "the database name is not UTF-8 text once decoded, or holds a NUL", "postgres://a:****@db/x%00", "x%00"),
        ("admin:hunter2@db/x", "it has no `://` after a scheme", "admin:****@db/x", "admin:****@db/x"),
        ("postgres://admin:12/hunter2@db/x", "it can be read in two ways", "postgres://admin:****@db/x", "****@db/x"),
        ("host=db password=hunter2", "it is a list of keywords, not a URL", "host=db password=****", "host=db password=****"),
        ("\"postgres://a:hunter2@db/x\"", "it begins with a quote", "\"postgres://a:****@db/x\"", "\""),
        ("postgres://a:hunter2@db/x\n", "there is a blank around it", "postgres://a:****@db/x\n", "\n"),
        (" postgres://a:hunter2@db/x", "there is a blank around it", " postgres://a:****@db/x", " "),
        ("://db/x", "what stands before `://` is no scheme", "://db/x", "://db/x"),
        ("", "it has no `://` after a scheme", "", ""),
    ] {
        match DatabaseUrl::parse(text) {
            Err(Error::Malformed {
                problem: said,
                url,
                at,
                ..
            }) => {
                assert_eq!(said, problem, "{text}");
                assert_eq!(url, shown, "{text}");
                assert_eq!(&url[at.offset()..at.offset() + at.len()], place, "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    for scheme in [
        "mysql",
        "sqlite",
        "mysql+pymysql",
        "jdbc:mysql",
        "prisma+postgres",
    ] {
        match DatabaseUrl::parse(&format!("{scheme}://a:b@h/d")) {
            Err(Error::OtherDatabase { scheme: said }) => assert_eq!(said, scheme),
            other => panic!("{scheme}: {other:?}"),
        }
    }
}
