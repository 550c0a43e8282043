# Built on the builder's own kind of machine, for the kind the image is for.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig BannedSymbols.txt appsettings.json ./
COPY Richpanel.Core/Richpanel.Core.csproj Richpanel.Core/
COPY Richpanel.Console/Richpanel.Console.csproj Richpanel.Console/
RUN dotnet restore Richpanel.Console/Richpanel.Console.csproj -a $TARGETARCH
COPY Richpanel.Core/ Richpanel.Core/
COPY Richpanel.Console/ Richpanel.Console/
RUN dotnet publish Richpanel.Console/Richpanel.Console.csproj -c Release -a $TARGETARCH --no-restore -o /app \
 && mkdir /data

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
# Database, key ring and sandbox live in /data; only the product's own user may read them.
COPY --from=build --chown=$APP_UID:$APP_UID --chmod=0700 /data /data
USER $APP_UID
ENV ASPNETCORE_HTTP_PORTS=8080 \
    Storage__ConnectionString="Data Source=/data/console.db"
VOLUME /data
EXPOSE 8080
# The program asks its own /readyz, so the image needs no curl.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["dotnet", "Richpanel.Console.dll", "--healthcheck"]
ENTRYPOINT ["dotnet", "Richpanel.Console.dll"]
